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
                cosine of the vectors with those of the model in floats. Of a causal model it is said too how fast it makes \
                tokens, one after the other by one thread, as a share of what reading its weights once for each would take at the \
                speed at which this machine reads memory.

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
                likeness: encoder.model.precision == .float32 ? 1 : try likeness(of: vectors, texts, encoder, pool),
                generation: encoder.model.configuration.family.isCausal
                    ? try GenerationSpeed(encoder, prompt: texts[0], seconds: seconds) : nil
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
    /// Of a causal model.
    let generation: GenerationSpeed?

    var words: String { [encoding, generation?.words].compactMap(\.self).joined(separator: "\n") }

    private var encoding: String {
        "\(model): \(Words.decimal(textsPerSecond, 1)) texts a second of \(Words.decimal(tokensPerText, 1)) "
            + "tokens, \(batch) at a time, \(Words.count(threads)) threads; likeness \(Words.decimal(likeness, 4))"
    }
}

/// How fast a causal model makes one token after another.
private struct GenerationSpeed: Encodable {
    /// How long a text becomes before another begins.
    private static let textLength = 64

    let tokensPerSecond: Double
    /// Bytes of weights that a token takes.
    let bytesPerToken: Int
    /// Bytes a second that are read in order, the faster of before and after.
    let memoryBandwidth: Double
    /// Which share of it the weights of the tokens are.
    let shareOfBandwidth: Double

    init(_ encoder: TextEncoder, prompt: String, seconds: Double) throws {
        let decoder = try CausalDecoder(encoder.model)
        let most = min(Self.textLength, decoder.room - 1)
        let prompt = encoder.tokenizer.encode(prompt, addsSpecialTokens: false, limit: decoder.room - most)
        let before = MemoryBandwidth.measured()
        var (made, elapsed) = (0, 0.0)
        let clock = ContinuousClock()
        while elapsed < seconds {
            decoder.rewind(to: 0)
            decoder.read(prompt.isEmpty ? [0] : prompt)
            let start = clock.now
            for _ in 0..<most {
                decoder.read(CollectionOfOne(decoder.likeliest))
                made += 1
            }
            elapsed += (clock.now - start) / .seconds(1)
        }
        tokensPerSecond = Double(made) / elapsed
        bytesPerToken = encoder.model.bytesPerToken
        memoryBandwidth = max(before, MemoryBandwidth.measured())
        shareOfBandwidth = tokensPerSecond * Double(bytesPerToken) / memoryBandwidth
    }

    var words: String {
        let (rate, bandwidth) = (tokensPerSecond * Double(bytesPerToken) / 1e9, memoryBandwidth / 1e9)
        return "one token after another: \(Words.decimal(tokensPerSecond, 1)) a second by one thread, "
            + "\(Words.decimal(rate, 2)) GB/s of weights, \(Words.decimal(100 * shareOfBandwidth, 0))% of the "
            + "\(Words.decimal(bandwidth, 2)) GB/s at which memory is read"
    }
}
