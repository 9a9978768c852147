import CFreshetKernels
import FreshetCore
import FreshetData
import FreshetLanguage
import FreshetNN
import FreshetTensor

/// A trained ``TextRanker``: the texts and vectors of the items, and the encoder that reads what a user chose last.
///
/// Of a score `w · [u, i, u∘i]` what depends on the item is a product: `(w_i + w_ui∘u) · i`.
final class TextRankerScorer: VectorScorer {
    private let encoder: any ItemEncoder
    /// What the encoder is found by, and the sum of its weights before it was tuned; none for the light one.
    private let base: (name: String, fingerprint: String?)
    private let head: RankerHead
    /// What was learned.
    private let learned: ParameterSet
    private let texts: [String]
    private let vectors: [Float]
    private let configuration: TextRanker.Configuration
    /// A scorer answers on the thread that asks.
    private let pool = ThreadPool(threads: 1)
    private let scratch = ScratchBuffers()

    convenience init(
        _ encoder: any ItemEncoder,
        name: String,
        _ fingerprint: String?,
        _ head: RankerHead,
        _ learned: ParameterSet,
        _ texts: [String],
        _ configuration: TextRanker.Configuration,
        _ pool: ThreadPool
    ) {
        let fingerprint = fingerprint ?? (encoder as? TextEncoder)?.model.fingerprint
        let vectors = encoder.vectors(of: texts, ofLength: Float(encoder.width).squareRoot(), on: pool)
        self.init(encoder, (name, fingerprint), head, learned, texts, vectors, configuration)
    }

    private init(
        _ encoder: any ItemEncoder,
        _ base: (name: String, fingerprint: String?),
        _ head: RankerHead,
        _ learned: ParameterSet,
        _ texts: [String],
        _ vectors: [Float],
        _ configuration: TextRanker.Configuration
    ) {
        (self.encoder, self.base, self.head, self.learned) = (encoder, base, head, learned)
        (self.texts, self.vectors, self.configuration) = (texts, vectors, configuration)
    }

    var itemCount: Int { texts.count }
    var vectorWidth: Int { encoder.width }
    var itemBiases: [Float] { [] }

    /// What was chosen as one text, the newest first.
    static func text(of history: some Sequence<Int32>, _ texts: [String]) -> String {
        history.reversed().map { texts[Int($0)] }.filter { !$0.isEmpty }.joined(separator: "; ")
    }

    func withItemVectors<Result>(_ body: (UnsafePointer<Float>) throws -> Result) rethrows -> Result {
        try vectors.withUnsafeBufferPointer { try body($0.baseAddress!) }
    }

    func userVectors(of contexts: ArraySlice<ScoringContext>, into users: UnsafeMutablePointer<Float>) {
        let C = encoder.width
        let read = readHistories(contexts.map(\.history))
        read.withUnsafeBufferPointer { read in
            guard let read = read.baseAddress else { return }
            for row in 0..<contexts.count {
                freshet_multiply(users + row * C, read + row * C, head.both.weight.pointer, C)
                freshet_axpy(users + row * C, head.item.weight.pointer, 1, C)
            }
        }
    }

    /// The vectors of what users chose last, of length √C; zeros where that is nothing.
    private func readHistories(_ histories: [History]) -> [Float] {
        let read = histories.map { history in
            Self.text(of: history.likings.items.suffix(configuration.historyLength).map(\.rawValue), texts)
        }
        var vectors = encoder.vectors(of: read, ofLength: Float(encoder.width).squareRoot(), on: pool)
        for (row, text) in read.enumerated() where text.isEmpty {
            for place in row * encoder.width..<(row + 1) * encoder.width { vectors[place] = 0 }
        }
        return vectors
    }

    /// How likely a user chooses each of some items.
    func probabilities(of items: [Int32], _ history: History) -> [Float] {
        let C = encoder.width
        return readHistories([history]).withUnsafeBufferPointer { user in
            withItemVectors { vectors in
                items.map { item in
                    let own = vectors + Int(item) * C
                    var logit = freshet_dot(user.baseAddress!, head.user.weight.pointer, C)
                    logit += freshet_dot(own, head.item.weight.pointer, C) + (head.user.bias?.values[0] ?? 0)
                    for place in 0..<C { logit += head.both.weight.values[place] * user[place] * own[place] }
                    return 1 / (1 + exponential(-logit))
                }
            }
        }
    }

    func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {
        precondition(scores.count == contexts.count * itemCount, "\(scores.count) scores of \(contexts.count) contexts")
        guard let target = scores.baseAddress, !contexts.isEmpty else { return }
        scratch.withZeros(contexts.count * encoder.width) { users in
            userVectors(of: contexts, into: users)
            multiply(users, contexts.count, into: target)
            users.update(repeating: 0, count: contexts.count * encoder.width)
        }
    }

    func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {
        guard let target = scores.baseAddress else { return }
        withItemVectors { multiply($0 + item.position * encoder.width, 1, into: target) }
    }

    private func multiply(_ users: UnsafePointer<Float>, _ count: Int, into scores: UnsafeMutablePointer<Float>) {
        withItemVectors { items in
            FreshetTensor.multiply(
                MatrixView(users, count, encoder.width),
                MatrixView(items, itemCount, encoder.width).transposed,
                into: MutableMatrixView(scores, count, itemCount)
            )
        }
    }
}

extension TextRankerScorer {
    func checkpoint() -> Checkpoint {
        var checkpoint = Checkpoint(arrays: learned.arrays(onlyTrained: true))
        let bytes = texts.map { $0.utf8.map { Int8(bitPattern: $0) } }
        let offsets = bytes.reduce(into: [Int64(0)]) { $0.append($0[$0.count - 1] + Int64($1.count)) }
        checkpoint.arrays["texts"] = StoredArray(Array(bytes.joined()))
        checkpoint.arrays["textOffsets"] = StoredArray(offsets)
        checkpoint.arrays["vectors"] = StoredArray(vectors, shape: [itemCount, encoder.width])
        checkpoint.metadata["encoder"] = base.name
        checkpoint.metadata["fingerprint"] = base.fingerprint
        if let light = encoder as? LightEncoder { checkpoint.add(light.checkpoint(), as: "light") }
        return checkpoint
    }

    convenience init(from checkpoint: Checkpoint, _ configuration: TextRanker.Configuration) throws {
        guard let name = checkpoint.metadata["encoder"] else {
            throw FreshetError(.invalidData, "The checkpoint does not say what read the texts.")
        }
        let texts = try Self.texts(of: checkpoint)
        var builder = NetworkBuilder(seed: nil)
        let encoder: any ItemEncoder
        var tuned: TunedEncoder?
        if let light = checkpoint.portion("light") {
            encoder = try LightEncoder(from: light)
        } else {
            let model = try Self.model(named: name, checkpoint.metadata["fingerprint"])
            if configuration.tuning != .none { tuned = try TunedEncoder(model, configuration.method, in: &builder) }
            encoder = model
        }
        let head = RankerHead(width: encoder.width, in: &builder)
        try builder.set.restore(checkpoint, onlyTrained: true)
        let vectors = try checkpoint.numbers("vectors", of: Float.self, shape: [texts.count, encoder.width])
        guard vectors.allSatisfy(\.isFinite), !vectors.isEmpty else {
            throw FreshetError(.invalidData, "Array 'vectors' is empty or holds a number that is not finite.")
        }
        let folded: any ItemEncoder = tuned?.folded(name: name) ?? encoder
        self.init(
            folded,
            (name, checkpoint.metadata["fingerprint"]),
            head,
            builder.set,
            texts,
            vectors,
            configuration
        )
    }

    private static func model(named name: String, _ fingerprint: String?) throws -> TextEncoder {
        let model = try ModelStore().encoder(named: name)
        guard model.model.fingerprint == fingerprint else {
            throw FreshetError(
                .invalidData,
                "The snapshot was made with another model than the '\(name)' that is installed.",
                remedy: "Install the model that it was trained with, or train again."
            )
        }
        return model
    }

    private static func texts(of checkpoint: Checkpoint) throws -> [String] {
        let bytes = try checkpoint.numbers("texts", of: Int8.self).map { UInt8(bitPattern: $0) }
        let offsets = try checkpoint.numbers("textOffsets", of: Int64.self)
        guard offsets.first == 0, offsets.last == Int64(bytes.count),
            zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
        else { throw FreshetError(.invalidData, "The texts of the items do not fit their offsets.") }
        return zip(offsets, offsets.dropFirst()).map { String(decoding: bytes[Int($0)..<Int($1)], as: UTF8.self) }
    }
}
