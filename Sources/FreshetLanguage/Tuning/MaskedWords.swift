import FreshetCore
import FreshetNN
import FreshetTensor

/// Tunes an encoder to tell the words that are masked in texts, such as those of a catalogue, from what stands around them
/// (Devlin and others, "BERT", NAACL 2019): it learns the language of a shop before anybody has chosen anything.
///
/// Of the tokens of a text 15% are to be told: four of five stand as the mask, half of the others as another token, the rest as
/// they are. Departures: what is told is told from the tokens that the texts have, the most frequent 8,192 at most, and not from
/// the model's whole table, of which a catalogue uses a small part; what stands between the states and the table is learned anew,
/// since published encoders come without theirs, and dropped after.
public enum MaskedWords {
    /// The share of the tokens that are to be told.
    static let share: Float = 0.15
    /// The most different tokens that are told apart.
    private static let candidates = 8_192

    /// Tunes an encoder.
    ///
    /// - Parameters:
    ///   - encoder: the encoder to start from.
    ///   - method: what of it learns.
    ///   - texts: the texts.
    ///   - training: settings, seed, threads and who watches.
    /// - Returns: the tuned encoder, and how the training went.
    /// - Throws: `FreshetError` of kind `usage` when there is nothing to mask, or the encoder cannot be tuned so.
    public static func tune(
        _ encoder: TextEncoder,
        _ method: TuningMethod,
        texts: [String],
        _ training: TextTraining
    ) throws -> (encoder: TextEncoder, outcome: TextTraining.Outcome) {
        try training.settings.validate()
        let mask = try encoder.tokenizer.requiredMask()
        guard !encoder.model.configuration.family.isCausal, method != .none else {
            throw FreshetError(
                .usage,
                method == .none
                    ? "Nothing of the encoder is to learn." : "A causal model does not see what follows a mask.",
                remedy: method == .none ? "Take --tuning all, last or lora." : "Take a model such as BERT or RoBERTa."
            )
        }
        let frame = encoder.tokenizer.frame
        let tokens = texts.map { encoder.tokens(of: $0) }.filter { $0.count > frame.before.count + frame.after.count }
        guard tokens.count > 1 else {
            throw FreshetError(.usage, "There are no texts to mask words of.", remedy: "Give a catalogue with texts.")
        }
        var builder = NetworkBuilder(seed: training.seed)
        let settings = training.settings
        guard settings.adversary == nil else {
            throw FreshetError(
                .usage,
                "Vectors are not moved against the telling of masked words.",
                remedy: "Leave out --adversarial."
            )
        }
        let tuned = try TunedEncoder(encoder, method, recomputing: settings.recomputes, in: &builder)
        let head = MaskedWordsHead(encoder.model.configuration, in: &builder)
        let told = ToldTokens(tokens, frame: (frame.before.count, frame.after.count), mask: mask, most: candidates)
        let workers = try (0..<training.pool.threads).map { _ in
            try MaskedWordsWorker(tuned, head, builder.set, tokens, told)
        }
        let outcome = try training.run(
            builder.set,
            workers: workers,
            costs: tokens.map(\.count),
            sharing: tuned.rankAllocation()
        )
        return (tuned.folded(name: encoder.name), outcome)
    }
}

/// What stands between a token's state and the table of tokens: a product, a function and a normalisation, as in BERT.
struct MaskedWordsHead: Sendable {
    let dense: Linear
    let norm: LayerNorm
    private let activation: Activation

    init(_ configuration: LanguageModelConfiguration, in builder: inout NetworkBuilder) {
        dense = Linear("maskedWords.dense", configuration.width, configuration.width, in: &builder)
        norm = LayerNorm("maskedWords.norm", configuration.width, epsilon: configuration.epsilon, in: &builder)
        activation = configuration.activation
    }

    func callAsFunction(_ states: Tensor, on tape: Tape) -> Tensor {
        norm(tape.activate(dense(states, on: tape), activation), on: tape)
    }
}

/// Which tokens are told apart, and how a text is masked.
struct ToldTokens: Sendable {
    /// The tokens, the most frequent first.
    let tokens: [Int32]
    private let known: Set<Int32>
    private let frame: (before: Int, after: Int)
    private let mask: Int32

    init(_ texts: [[Int32]], frame: (before: Int, after: Int), mask: Int32, most: Int) {
        var counts: [Int32: Int] = [:]
        for text in texts {
            for token in text.dropFirst(frame.before).dropLast(frame.after) { counts[token, default: 0] += 1 }
        }
        tokens = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(most).map(\.key)
        (known, self.frame, self.mask) = (Set(tokens), frame, mask)
    }

    /// Masks a text.
    ///
    /// - Parameters:
    ///   - text: its tokens, which change.
    ///   - random: decides what is masked.
    /// - Returns: the places of what is to be told, and what stood there; one at least where the text has a known token.
    func mask(_ text: inout [Int32], using random: inout RandomSource) -> [(place: Int, token: Int32)] {
        let places = (frame.before..<max(frame.before, text.count - frame.after)).filter { known.contains(text[$0]) }
        guard !places.isEmpty else { return [] }
        var chosen = places.filter { _ in random.uniform() < MaskedWords.share }
        if chosen.isEmpty { chosen = [places[random.below(places.count)]] }
        return chosen.map { place in
            let told = (place: place, token: text[place])
            let chance = random.uniform()
            if chance < 0.8 {
                text[place] = mask
            } else if chance < 0.9 {
                text[place] = tokens[random.below(tokens.count)]
            }
            return told
        }
    }
}

/// One thread's part: what is masked in its share is told from all tokens of the texts.
private final class MaskedWordsWorker: TextTrainingWorker {
    let gradients: Gradients
    private let encoder: TunedEncoder
    private let head: MaskedWordsHead
    private let texts: [[Int32]]
    private let told: ToldTokens
    private let table: Parameter
    private let tape: Tape
    private let packed: PackedTokens
    private let (rows, targets, candidates) = (IndexBuffer(), IndexBuffer(), IndexBuffer())
    /// All tokens are told apart, none is drawn: nothing is to be corrected.
    private let zeros: GrowingBuffer<Float>

    init(
        _ encoder: TunedEncoder,
        _ head: MaskedWordsHead,
        _ set: ParameterSet,
        _ texts: [[Int32]],
        _ told: ToldTokens
    ) throws {
        guard case .floats(let table) = encoder.encoder.model.network.tokenTable else {
            preconditionFailure("an encoder in bytes does not learn")
        }
        (self.encoder, self.head, self.texts, self.told, self.table) = (encoder, head, texts, told, table)
        gradients = Gradients(for: set)
        tape = Tape(recordingInto: gradients)
        packed = PackedTokens(for: encoder.base.model.configuration)
        zeros = GrowingBuffer(count: table.rows)
        for token in told.tokens { candidates.append(token) }
    }

    var scratchBytes: Int { tape.scratchBytes }

    func accumulate(_ examples: [Int], scale: Float, key: UInt64) -> Double {
        tape.dropoutKey = key
        var random = RandomSource(seed: key)
        var (loss, next) = (0.0, 0)
        while next < examples.count {
            packed.removeAll()
            rows.removeAll()
            targets.removeAll()
            let first = next
            while next < examples.count {
                var text = texts[examples[next]]
                if packed.count > 0, packed.count + text.count > trainingPassTokens { break }
                for (place, token) in told.mask(&text, using: &random) {
                    rows.append(Int32(packed.count + place))
                    targets.append(token)
                }
                packed.append(text)
                next += 1
            }
            guard targets.count > 0 else { continue }
            // Each text weighs the same on average, however many of its tokens are masked.
            let share = Float(next - first) / Float(targets.count)
            loss += Double(share) * passLoss(scale: scale * share)
            tape.backward()
            tape.reset()
        }
        return loss
    }

    /// The loss of what is packed, unscaled.
    private func passLoss(scale: Float) -> Double {
        let states = encoder.encoder.model.states(of: packed, on: tape)
        let told = head(tape.selectRows(states, rows.indices), on: tape)
        return tape.sampledSoftmax(
            told,
            table: table,
            targets: targets.indices,
            negatives: candidates.indices,
            logProbability: zeros.start,
            scale: scale
        )
    }
}
