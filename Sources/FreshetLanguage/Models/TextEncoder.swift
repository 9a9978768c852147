import Foundation
import FreshetCore
import FreshetTensor

/// One vector a text, from a pretrained language model.
public struct TextEncoder: Sendable {
    /// How the vectors of a text's tokens become one.
    public enum Pooling: String, Sendable, CaseIterable {
        /// Their mean, as sentence encoders are trained.
        case mean
        /// The first token's, such as `[CLS]`.
        case first
        /// The last token's, which alone has seen the whole text in a causal model.
        case last
    }

    /// How many tokens go through the network in one pass.
    private static let passTokens = 512

    /// How much of a text is read for each token that it may have: far more than a token of any language has.
    private static let scalarsPerToken = 100

    /// What its vectors are called by.
    public let name: String
    /// Cuts the texts.
    public let tokenizer: Tokenizer
    /// The network.
    public let model: LanguageModel
    /// How the vectors of a text's tokens become one.
    public let pooling: Pooling
    /// Whether vectors have length 1.
    public let isNormalized: Bool
    /// The number of tokens after which texts are cut.
    public let maximumLength: Int

    /// The numbers of a vector.
    public var width: Int { model.configuration.width }

    /// Puts an encoder together.
    /// - Throws: `FreshetError` when the tokenizer is not the model's.
    public init(
        name: String = "model",
        tokenizer: Tokenizer,
        model: LanguageModel,
        pooling: Pooling,
        isNormalized: Bool = true,
        maximumLength: Int = .max
    ) throws {
        // Tables are padded to round numbers, by a few rows.
        let rows = model.configuration.vocabulary
        guard tokenizer.vocabularySize <= rows, tokenizer.vocabularySize * 10 >= rows * 9 else {
            throw FreshetError(
                .invalidData,
                "The tokenizer has \(tokenizer.vocabularySize) tokens and the model a table of \(rows): they do not belong together.",
                remedy: "Take both from the folder that the model was published in."
            )
        }
        self.name = name
        self.tokenizer = tokenizer
        self.model = model
        self.pooling = pooling
        self.isNormalized = isNormalized
        self.maximumLength = min(maximumLength, model.configuration.maximumLength)
    }

    /// The same encoder with another network of the same shape.
    init(_ other: TextEncoder, name: String, model: LanguageModel) {
        self.name = name
        self.model = model
        (tokenizer, pooling) = (other.tokenizer, other.pooling)
        (isNormalized, maximumLength) = (other.isNormalized, other.maximumLength)
    }

    /// Reads a model's folder with its tokenizer and, where it is a sentence encoder's, how it pools; the folder's name is
    /// the encoder's, with `@int8` behind it where its numbers are bytes.
    ///
    /// - Parameters:
    ///   - folder: the folder as it was published.
    ///   - precision: how exact the network's numbers become.
    /// - Throws: `FreshetError` naming what is missing or does not fit.
    public init(folder: String, precision: LanguagePrecision = .float32) throws {
        let settings = try PoolingSettings(folder: folder)
        let model = try LanguageModel(folder: folder, precision: precision)
        do {
            try self.init(
                name: precision.name(of: URL(fileURLWithPath: folder).lastPathComponent),
                tokenizer: Tokenizer(folder: folder),
                model: model,
                pooling: settings.pooling ?? (model.configuration.family.isCausal ? .last : .mean),
                isNormalized: settings.isNormalized,
                maximumLength: settings.maximumLength
            )
        } catch let error as FreshetError where error.kind == .invalidData && !error.message.contains(folder) {
            throw FreshetError(.invalidData, "'\(folder)': \(error.message)", remedy: error.remedy)
        }
    }

    /// The tokens of a text as the model reads them: its beginning, where it is too long.
    public func tokens(of text: String) -> [Int32] {
        // A text of megabytes is not cut into tokens of which all but the first are dropped.
        let most = maximumLength.multipliedReportingOverflow(by: Self.scalarsPerToken)
        guard !most.overflow, text.utf8.count > most.partialValue else {
            return tokenizer.encode(text, limit: maximumLength)
        }
        return tokenizer.encode(String(text.unicodeScalars.prefix(most.partialValue)), limit: maximumLength)
    }

    /// The vectors of texts in a pass, shape `[S, C]`, which fine-tuning differentiates.
    ///
    /// - Parameters:
    ///   - tokens: the texts, each with a token at least unless the pooling is ``Pooling/mean``.
    ///   - tape: the pass.
    ///   - rows: memory that must live until the tape is reset.
    /// - Returns: a row a text.
    public func vectors(of tokens: PackedTokens, on tape: Tape, rows: IndexBuffer) -> Tensor {
        vectors(of: tokens, on: tape, rows: rows, movedBy: nil)
    }

    /// The same of tokens whose vectors are moved.
    func vectors(
        of tokens: PackedTokens,
        on tape: Tape,
        rows: IndexBuffer,
        movedBy perturbation: EmbeddingPerturbation?
    ) -> Tensor {
        let states = model.network.lastState(of: tokens, on: tape, movedBy: perturbation)
        let pooled: Tensor
        switch pooling {
        case .mean: pooled = tape.meanOfSequences(states, offsets: tokens.offsets)
        case .first, .last:
            rows.removeAll()
            for (start, end) in zip(tokens.offsets, tokens.offsets.dropFirst()) {
                precondition(end > start, "a text without tokens has no \(pooling.rawValue) one")
                rows.append(Int32(pooling == .first ? start : end - 1))
            }
            pooled = tape.selectRows(states, rows.indices)
        }
        return isNormalized ? tape.normalizeRows(pooled) : pooled
    }

    /// The vectors of texts, one after another.
    ///
    /// Texts of like length go through the network together, without padding; a text's vector does not depend on the
    /// others beyond rounding.
    ///
    /// - Parameters:
    ///   - texts: any texts; one without a token has zeros.
    ///   - pool: the threads that share the work.
    /// - Returns: `texts.count` times ``width`` numbers.
    public func vectors(of texts: [String], on pool: ThreadPool) -> [Float] {
        let tokens = texts.map(tokens)
        let order = tokens.indices.filter { !tokens[$0].isEmpty }.sorted {
            (tokens[$0].count, $0) < (tokens[$1].count, $1)
        }
        let passes = Self.passes(order, lengths: tokens.map(\.count))
        return [Float](unsafeUninitializedCapacity: texts.count * width) { buffer, count in
            count = texts.count * width
            buffer.update(repeating: 0)
            let target = EncodedRows(buffer)
            let workers = (0..<pool.threads).map { _ in EncodingWorker(self) }
            pool.forEach(passes.count) { pass, worker in
                workers[worker].encode(order[passes[pass]], tokens, into: target)
            }
        }
    }

    /// Ranges of texts, short ones first, of about as many tokens each.
    private static func passes(_ order: [Int], lengths: [Int]) -> [Range<Int>] {
        var passes: [Range<Int>] = []
        var (start, sum) = (0, 0)
        for (place, text) in order.enumerated() {
            if sum > 0 && sum + lengths[text] > passTokens {
                passes.append(start..<place)
                (start, sum) = (place, 0)
            }
            sum += lengths[text]
        }
        if start < order.count { passes.append(start..<order.count) }
        return passes
    }
}

/// What one thread encodes with.
private final class EncodingWorker {
    private let encoder: TextEncoder
    private let tape = Tape()
    private let packed: PackedTokens
    private let rows = IndexBuffer()

    init(_ encoder: TextEncoder) {
        self.encoder = encoder
        packed = PackedTokens(for: encoder.model.configuration)
    }

    func encode(_ texts: ArraySlice<Int>, _ tokens: [[Int32]], into target: EncodedRows) {
        packed.removeAll()
        for text in texts { packed.append(tokens[text]) }
        let vectors = encoder.vectors(of: packed, on: tape, rows: rows)
        for (row, text) in texts.enumerated() {
            target.write(vectors.values + row * vectors.columns, count: vectors.columns, row: text)
        }
        tape.reset()
    }
}

/// The result of an encoding.
///
/// `@unchecked Sendable`: every row is written once, by the thread whose pass holds its text, while the owner waits.
private struct EncodedRows: @unchecked Sendable {
    private let numbers: UnsafeMutablePointer<Float>

    init(_ buffer: UnsafeMutableBufferPointer<Float>) {
        // A buffer of nothing has no address, and nothing is written to it.
        numbers = buffer.baseAddress ?? UnsafeMutablePointer(bitPattern: MemoryLayout<Float>.alignment)!
    }

    func write(_ vector: UnsafePointer<Float>, count: Int, row: Int) {
        (numbers + row * count).update(from: vector, count: count)
    }
}

/// How a folder's sentence encoder makes one vector of a text.
private struct PoolingSettings {
    var pooling: TextEncoder.Pooling?
    var isNormalized = true
    var maximumLength = Int.max

    init(folder: String) throws {
        func document(_ name: String) throws -> JSONDocument? {
            let path = folder + "/" + name
            return FileManager.default.fileExists(atPath: path) ? try JSONDocument.read(path) : nil
        }
        if let modules = try document("modules.json")?.elements {
            isNormalized = modules.contains { $0["type"]?.text?.hasSuffix("Normalize") == true }
        }
        if let limit = try document("sentence_bert_config.json")?["max_seq_length"]?.double, limit >= 1 {
            maximumLength = Int(min(limit, 1e6))
        }
        guard let settings = try document("1_Pooling/config.json") else { return }
        let known: [(String, TextEncoder.Pooling)] = [
            ("pooling_mode_mean_tokens", .mean), ("pooling_mode_cls_token", .first), ("pooling_mode_lasttoken", .last),
        ]
        pooling = known.first { settings[$0.0]?.truth == true }?.1
        guard pooling != nil else {
            throw FreshetError(
                .invalidData,
                "'\(folder)/1_Pooling/config.json' asks for a pooling that is not known here.",
                remedy: "Known: the mean of the tokens, the first and the last one."
            )
        }
    }
}
