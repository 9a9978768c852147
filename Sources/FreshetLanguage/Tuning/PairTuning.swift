import FreshetCore
import FreshetNN
import FreshetTensor

/// Tunes an encoder so that texts which belong together have like vectors, such as those of items that are chosen one after
/// the other: each text is to be told its partner from all other partners of its pass.
public struct PairTuning {
    /// What likeness is divided by before the softmax.
    private static let temperature: Float = 0.05

    /// Tunes an encoder.
    ///
    /// - Parameters:
    ///   - encoder: the encoder to start from.
    ///   - method: what of it learns.
    ///   - texts: the texts.
    ///   - pairs: the numbers of texts that belong together.
    ///   - training: settings, seed, threads and who watches.
    /// - Returns: the tuned encoder, and how the training went.
    /// - Throws: `FreshetError` when there is no pair or the encoder cannot be tuned so.
    public static func tune(
        _ encoder: TextEncoder,
        _ method: TuningMethod,
        texts: [String],
        pairs: [(Int32, Int32)],
        _ training: TextTraining
    ) throws -> (encoder: TextEncoder, outcome: TextTraining.Outcome) {
        let (tuned, outcome) = try train(encoder, method, texts: texts, pairs: pairs, training)
        return (tuned.folded(name: encoder.name), outcome)
    }

    /// The same, the adapters beginning with others and held near what they begin with.
    ///
    /// - Parameters:
    ///   - encoder: the encoder to start from.
    ///   - method: what of it learns.
    ///   - start: adapters to begin with, those of the method; fresh ones unless given.
    ///   - hold: the weight of the proximal term.
    ///   - texts: the texts.
    ///   - pairs: the numbers of texts that belong together.
    ///   - training: settings, seed, threads and who watches.
    /// - Returns: the encoder as it was trained, and how that went.
    /// - Throws: `FreshetError` when there is no pair or the encoder cannot be tuned so.
    static func train(
        _ encoder: TextEncoder,
        _ method: TuningMethod,
        from start: EncoderAdapters? = nil,
        hold: Float = 0,
        texts: [String],
        pairs: [(Int32, Int32)],
        _ training: TextTraining
    ) throws -> (tuned: TunedEncoder, outcome: TextTraining.Outcome) {
        try training.settings.validate()
        guard !pairs.isEmpty, method != .none else {
            throw FreshetError(
                .usage,
                pairs.isEmpty ? "There are no pairs of texts to learn from." : "Nothing of the encoder is to learn.",
                remedy: pairs.isEmpty
                    ? "Give events of users with two items at least, and a catalogue with texts."
                    : "Take --tuning all, last or lora."
            )
        }
        var builder = NetworkBuilder(seed: training.seed)
        let settings = training.settings
        let tuned = try TunedEncoder(encoder, method, recomputing: settings.recomputes, in: &builder)
        try start?.copy(into: tuned)
        let used = Set(pairs.flatMap { [$0.0, $0.1] })
        let tokens = texts.enumerated().map { used.contains(Int32($0)) ? encoder.tokens(of: $1) : [] }
        let held = hold > 0 ? tuned.adapterParameters.map { ($0, Array($0.values)) } : []
        let noise = try TokenNoise(settings, encoder.tokenizer)
        let workers = (0..<training.pool.threads).map { _ in
            PairWorker(
                tuned,
                builder.set,
                tokens,
                pairs,
                noise,
                settings.adversary,
                temperature: temperature,
                held: held,
                hold: hold
            )
        }
        let costs = pairs.map { tokens[Int($0.0)].count + tokens[Int($0.1)].count }
        let outcome = try training.run(
            builder.set,
            workers: workers,
            costs: costs,
            sharing: tuned.rankAllocation()
        )
        return (tuned, outcome)
    }
}

/// One thread's part: the pairs of its share stand against each other.
private final class PairWorker: TextTrainingWorker {
    let gradients: Gradients
    private let encoder: TunedEncoder
    private let tokens: [[Int32]]
    private let pairs: [(Int32, Int32)]
    private let noise: TokenNoise?
    private let temperature: Float
    /// What is held near which numbers, and how firmly.
    private let held: [(parameter: Parameter, anchor: [Float])]
    private let hold: Float
    private let tape: Tape
    private let passes: TrainingPasses
    private let packed: PackedTokens
    private let rows = IndexBuffer()
    private let (left, right) = (IndexBuffer(), IndexBuffer())

    init(
        _ encoder: TunedEncoder,
        _ set: ParameterSet,
        _ tokens: [[Int32]],
        _ pairs: [(Int32, Int32)],
        _ noise: TokenNoise?,
        _ adversary: AdversarialSettings?,
        temperature: Float,
        held: [(Parameter, [Float])],
        hold: Float
    ) {
        self.held = held.map { (parameter: $0.0, anchor: $0.1) }
        (self.hold, self.noise) = (hold, noise)
        (self.encoder, self.tokens, self.pairs, self.temperature) = (encoder, tokens, pairs, temperature)
        gradients = Gradients(for: set)
        tape = Tape(recordingInto: gradients)
        passes = TrainingPasses(adversary, on: tape)
        packed = PackedTokens(for: encoder.base.model.configuration)
    }

    var scratchBytes: Int { tape.scratchBytes }

    func accumulate(_ examples: [Int], scale: Float, key: UInt64) -> Double {
        tape.dropoutKey = key
        packed.removeAll()
        left.removeAll()
        right.removeAll()
        var kinds: [Int32] = []
        var random = RandomSource(seed: key)
        for (place, example) in examples.enumerated() {
            let pair = pairs[example]
            for text in [pair.0, pair.1] {
                packed.append(noise?.disturbed(tokens[Int(text)], using: &random) ?? tokens[Int(text)])
            }
            left.append(Int32(2 * place))
            right.append(Int32(2 * place + 1))
            kinds.append(pair.1)
        }
        return passes.run(packed, width: encoder.width, scale: scale) { scale, perturbation in
            let vectors = encoder.vectors(of: packed, on: tape, rows: rows, movedBy: perturbation)
            // Of length √C each; products are to be cosines.
            let unit = tape.scale(vectors, by: 1 / Float(encoder.width).squareRoot())
            // Each thread adds its share of the step.
            let share = scale * Float(examples.count)
            for (parameter, anchor) in held { tape.proximalTerm(parameter, near: anchor, weight: hold * share) }
            return tape.contrastiveLoss(
                tape.selectRows(unit, left.indices),
                tape.selectRows(unit, right.indices),
                kinds: kinds,
                temperature: temperature,
                scale: scale
            )
        }
    }
}
