import FreshetCore
import FreshetNN
import FreshetTensor

/// A text encoder in training: a network of its own, of which a part learns.
public struct TunedEncoder: Sendable {
    /// What it was before.
    public let base: TextEncoder
    /// What of it learns.
    public let method: TuningMethod
    /// The encoder as it is now, whose passes can be recorded.
    let encoder: TextEncoder

    /// Builds the network beside what else a builder holds, with the numbers of the base.
    ///
    /// - Parameters:
    ///   - base: the encoder to start from, in floats.
    ///   - method: what of it learns.
    ///   - recomputes: whether layers are computed again on the way back instead of being kept.
    ///   - builder: takes the parameters.
    /// - Throws: `FreshetError` of kind `usage` when the encoder cannot be tuned so.
    public init(
        _ base: TextEncoder,
        _ method: TuningMethod,
        recomputing recomputes: Bool = false,
        in builder: inout NetworkBuilder
    ) throws {
        let configuration = base.model.configuration
        guard base.model.precision == .float32 else {
            throw FreshetError(
                .usage,
                "'\(base.name)' is in bytes, which cannot learn.",
                remedy: "Name the model without a precision."
            )
        }
        try method.check(configuration)
        builder.draws = false
        var network = LanguageNetwork(configuration, method, in: &builder)
        network.recomputes = recomputes
        builder.draws = true
        network.copyWeights(from: base.model.network)
        (self.base, self.method) = (base, method)
        encoder = TextEncoder(base, name: base.name, model: LanguageModel(configuration, network))
    }

    /// The numbers of a vector.
    public var width: Int { base.width }

    /// The vectors of texts in a pass, shape `[S, C]`, each of length `√C`: so long that the rate of learning of what stands
    /// on them suits encoders of any width.
    ///
    /// - Parameters:
    ///   - tokens: the texts.
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
        let vectors = encoder.vectors(of: tokens, on: tape, rows: rows, movedBy: perturbation)
        let unit = encoder.isNormalized ? vectors : tape.normalizeRows(vectors)
        return tape.scale(unit, by: Float(width).squareRoot())
    }

    /// The encoder with all that was learned in its matrices, as fast as the base; what cannot be folded into them stays
    /// beside (``TuningMethod/isFoldable``).
    public func folded(name: String) -> TextEncoder {
        var builder = NetworkBuilder(seed: nil)
        let network = LanguageNetwork(base.model.configuration, method.isFoldable ? .all : method, in: &builder)
        network.copyOwnParts(from: encoder.model.network)
        network.copyWeights(from: encoder.model.network)
        for (plain, tuned) in zip(network.layers, encoder.model.network.layers) {
            for (plain, tuned) in zip(plain.projections, tuned.projections) {
                guard let weight = plain.weight else { continue }
                for adapter in tuned.adapters { adapter.fold(into: weight) }
            }
        }
        return TextEncoder(base, name: name, model: LanguageModel(base.model.configuration, network))
    }
}

extension LanguageNetwork {
    /// Takes the numbers of what stands beside the matrices, from a network of the same shape: prompt and bottlenecks.
    func copyOwnParts(from other: LanguageNetwork) {
        if let prompt, let learned = other.prompt {
            prompt.pointer.update(from: learned.pointer, count: prompt.count)
        }
        for (mine, theirs) in zip(layers, other.layers) {
            guard let own = mine.bottlenecks, let learned = theirs.bottlenecks else { continue }
            let pairs = [(own.attention, learned.attention), (own.outer, learned.outer)]
            for (mine, theirs) in pairs.flatMap({ zip($0.parameters, $1.parameters) }) {
                mine.pointer.update(from: theirs.pointer, count: mine.count)
            }
        }
    }

    /// Takes the numbers of a network of the same shape; adapters stay as they are.
    func copyWeights(from other: LanguageNetwork) {
        for (mine, theirs) in zip(sources, other.sources) {
            mine.parameter.pointer.update(from: theirs.parameter.pointer, count: mine.parameter.count)
        }
    }
}

extension LanguageModel {
    /// A number that two models share only if their weights are the same: what adapters are checked against.
    public var fingerprint: String {
        let sum = network.sources.reduce(UInt32(0)) {
            Checksum.crc32(UnsafeRawBufferPointer($1.parameter.values), after: $0)
        }
        return Checksum.text(sum)
    }
}
