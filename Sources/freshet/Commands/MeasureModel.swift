import ArgumentParser
import Foundation
import FreshetCore
import FreshetLanguage
import FreshetTensor

extension Models {
    /// `freshet models measure`.
    struct Measure: FreshetCommand {
        static let configuration = CommandConfiguration(
            commandName: "measure",
            abstract: "Measure how fast a model reads texts, and what rounding its numbers changes.",
            discussion: """
                Reads the texts again and again, so many at a time, once before the clock runs. The likeness is the mean \
                cosine of the vectors with those of the model in floats.

                  freshet models measure minilm --texts titles.txt --precision int8 --batch 32 --threads 1
                """
        )

        @Argument(help: "An installed model, or a model's folder.")
        var model: String

        @Option(help: ArgumentHelp("Texts, one a line.", valueName: "file"))
        var texts: String

        @Option(
            help: "How exact its numbers are: \(LanguagePrecision.allCases.map(\.rawValue).joined(separator: " or "))."
        )
        var precision: LanguagePrecision?

        @Option(help: "How many texts are read at once.")
        var batch = 32

        @Option(help: "How long the clock runs.")
        var seconds = 3.0

        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard batch > 0 else { throw ValidationError("--batch is \(batch), but must be above 0.") }
            guard seconds > 0, seconds <= 3600 else {
                throw ValidationError("--seconds is \(seconds), but must be above 0, and 3600 at most.")
            }
        }

        func execute(_ console: Console) throws {
            let texts = try EncodedInput(texts: texts, catalogue: nil).texts.filter { !$0.isEmpty }
            guard !texts.isEmpty else {
                throw FreshetError(.invalidData, "'\(self.texts)' has no texts.", remedy: "Write some, one a line.")
            }
            let pool = common.makePool()
            let encoder = try ModelStore().encoder(named: model, precision: precision)
            let batches = stride(from: 0, to: texts.count, by: batch).map { texts[$0..<min($0 + batch, texts.count)] }
            let vectors = batches.flatMap { encoder.vectors(of: Array($0), on: pool) }
            let (clock, start) = (ContinuousClock(), ContinuousClock().now)
            var read = 0
            var elapsed = 0.0
            while elapsed < seconds {
                for batch in batches where elapsed < seconds {
                    _ = encoder.vectors(of: Array(batch), on: pool)
                    read += batch.count
                    elapsed = (clock.now - start) / .seconds(1)
                }
            }
            let report = ModelSpeed(
                model: encoder.name,
                batch: batch,
                threads: pool.threads,
                tokensPerText: Double(texts.reduce(0) { $0 + encoder.tokens(of: $1).count }) / Double(texts.count),
                textsPerSecond: Double(read) / elapsed,
                likeness: encoder.model.precision == .float32 ? 1 : try likeness(of: vectors, texts, encoder, pool)
            )
            try console.result(report) { report.words }
        }

        /// The mean cosine with the vectors of the model in floats, of texts that have some.
        private func likeness(
            of vectors: [Float],
            _ texts: [String],
            _ encoder: TextEncoder,
            _ pool: ThreadPool
        ) throws -> Double {
            let name = model.hasSuffix("@int8") ? String(model.dropLast("@int8".count)) : model
            let exact = try ModelStore().encoder(named: name).vectors(of: texts, on: pool)
            let width = encoder.width
            let cosines = texts.indices.compactMap { text -> Double? in
                var (product, mine, other) = (0.0, 0.0, 0.0)
                for place in text * width..<(text + 1) * width {
                    let (a, b) = (Double(vectors[place]), Double(exact[place]))
                    (product, mine, other) = (product + a * b, mine + a * a, other + b * b)
                }
                return mine > 0 && other > 0 ? product / (mine * other).squareRoot() : nil
            }
            return cosines.reduce(0, +) / Double(max(cosines.count, 1))
        }
    }
}

/// What `freshet models measure` says.
private struct ModelSpeed: Encodable {
    let model: String
    let batch: Int
    let threads: Int
    let tokensPerText: Double
    let textsPerSecond: Double
    let likeness: Double

    var words: String {
        "\(model): \(Words.decimal(textsPerSecond, 1)) texts a second of \(Words.decimal(tokensPerText, 1)) "
            + "tokens, \(batch) at a time, \(Words.count(threads)) threads; likeness \(Words.decimal(likeness, 4))"
    }
}
