import FreshetCore
import FreshetNN
import FreshetTensor

extension TextClassifier {
    /// The settings of a light encoder that reads for a classifier: what tells classes apart is in more axes than what makes
    /// items alike.
    private static let lightWidth = 256

    /// Learns to tell the classes of texts apart.
    ///
    /// - Parameters:
    ///   - texts: the texts with their labels.
    ///   - choice: what reads them.
    ///   - method: what of that learns; nothing of the light encoder can.
    ///   - training: settings, seed, threads and who watches.
    /// - Returns: the classifier, and how the training went.
    /// - Throws: `FreshetError` when the texts have one class only, or the encoder cannot be tuned so.
    public static func train(
        on texts: LabelledTexts,
        reading choice: EncoderChoice,
        tuning method: TuningMethod,
        _ training: TextTraining
    ) throws -> (classifier: TextClassifier, outcome: TextTraining.Outcome) {
        try texts.check()
        try training.settings.validate()
        let classes = texts.classes
        let labels = try numbers(of: texts, classes: classes)
        let beginnings = texts.texts.map(beginning)
        var builder = NetworkBuilder(seed: training.seed)
        guard case .model(let model) = choice, method != .none else {
            guard training.settings.adversary == nil, !training.settings.recomputes else {
                throw FreshetError(
                    .usage,
                    "Where no model learns, no vectors of tokens are moved and no layers computed again.",
                    remedy: "Leave out --adversarial and --recompute, or take --tuning all, last or lora."
                )
            }
            let encoder = try fixedEncoder(choice, method, learning: beginnings, on: training.pool)
            let head = ClassifierHead(classes: classes.count, width: encoder.width, in: &builder)
            let vectors = vectors(of: beginnings, by: encoder, on: training.pool)
            let workers = (0..<training.pool.threads).map { _ in
                VectorClassifierWorker(head, builder.set, vectors, labels, dropout: training.settings.dropout)
            }
            let outcome = try training.run(builder.set, workers: workers, costs: labels.map { _ in 1 })
            return (TextClassifier(classes, encoder, method, head, builder.set), outcome)
        }
        let settings = training.settings
        let tuned = try TunedEncoder(model, method, recomputing: settings.recomputes, in: &builder)
        let head = ClassifierHead(classes: classes.count, width: tuned.width, in: &builder)
        let tokens = beginnings.map(model.tokens)
        let noise = try TokenNoise(settings, model.tokenizer)
        let workers = (0..<training.pool.threads).map { _ in
            TextClassifierWorker(head, tuned, builder.set, tokens, labels, noise, settings)
        }
        let outcome = try training.run(
            builder.set,
            workers: workers,
            costs: tokens.map { max($0.count, 1) },
            sharing: tuned.rankAllocation()
        )
        let encoder = tuned.folded(name: model.name)
        return (TextClassifier(classes, encoder, method, head, builder.set), outcome)
    }

    init(
        _ classes: [String],
        _ encoder: any ItemEncoder,
        _ method: TuningMethod,
        _ head: ClassifierHead,
        _ parameters: ParameterSet
    ) {
        (self.classes, self.encoder, self.method) = (classes, encoder, method)
        self.head = (head.weights, head.biases)
        learned = Checkpoint(arrays: parameters.arrays(sharingMemory: true, onlyTrained: true))
    }

    private static func fixedEncoder(
        _ choice: EncoderChoice,
        _ method: TuningMethod,
        learning texts: [String],
        on pool: ThreadPool
    ) throws -> any ItemEncoder {
        guard method == .none else {
            throw FreshetError(
                .usage,
                "Nothing of the encoder '\(choice.name)' can be tuned.",
                remedy: "Take --tuning none, or a model: freshet models list"
            )
        }
        var light = LightEncoder.Configuration()
        // A word that most texts of a class have is in a large share of all.
        (light.width, light.maximumShare) = (lightWidth, 0.9)
        guard let encoder = choice.encoder(learning: texts, light: light, on: pool) else {
            throw FreshetError(.usage, "A classifier needs an encoder.", remedy: "Take light, or a model.")
        }
        return encoder
    }
}

/// What stands on the vectors: a row for each class.
struct ClassifierHead: Sendable {
    /// `[K, C]`.
    let weights: Parameter
    /// `[1, K]`.
    let biases: Parameter

    init(classes: Int, width: Int, in builder: inout NetworkBuilder) {
        weights = builder.make("head.weights", rows: classes, columns: width, .normal(0.02))
        biases = builder.make("head.biases", columns: classes, .constant(0))
    }

    /// The loss of some vectors' classes; the root of a pass.
    func loss(_ vectors: Tensor, _ labels: IndexBuffer, scale: Float, dropout: Float, on tape: Tape) -> Double {
        tape.catalogueCrossEntropy(
            tape.dropout(vectors, rate: dropout),
            table: weights,
            bias: biases,
            targets: labels.indices,
            scale: scale
        )
    }
}

/// Learns from vectors that stay as they are.
private final class VectorClassifierWorker: TextTrainingWorker {
    let gradients: Gradients
    private let head: ClassifierHead
    private let vectors: [Float]
    private let labels: [Int32]
    private let dropout: Float
    private let tape: Tape
    private let targets = IndexBuffer()

    init(_ head: ClassifierHead, _ set: ParameterSet, _ vectors: [Float], _ labels: [Int32], dropout: Float) {
        (self.head, self.vectors, self.labels, self.dropout) = (head, vectors, labels, dropout)
        gradients = Gradients(for: set)
        tape = Tape(recordingInto: gradients)
    }

    var scratchBytes: Int { tape.scratchBytes }

    func accumulate(_ examples: [Int], scale: Float, key: UInt64) -> Double {
        let C = head.weights.columns
        let batch = tape.make(examples.count, C)
        targets.removeAll()
        for (row, example) in examples.enumerated() {
            targets.append(labels[example])
            vectors.withUnsafeBufferPointer {
                (batch.values + row * C).update(from: $0.baseAddress! + example * C, count: C)
            }
        }
        tape.dropoutKey = key
        let loss = head.loss(batch, targets, scale: scale, dropout: dropout, on: tape)
        tape.backward()
        tape.reset()
        return loss
    }
}

/// Learns with the encoder, from tokens.
private final class TextClassifierWorker: TextTrainingWorker {
    let gradients: Gradients
    private let head: ClassifierHead
    private let encoder: TunedEncoder
    private let tokens: [[Int32]]
    private let labels: [Int32]
    private let noise: TokenNoise?
    private let dropout: Float
    private let tape: Tape
    private let passes: TrainingPasses
    private let packed: PackedTokens
    private let rows = IndexBuffer()
    private let targets = IndexBuffer()

    init(
        _ head: ClassifierHead,
        _ encoder: TunedEncoder,
        _ set: ParameterSet,
        _ tokens: [[Int32]],
        _ labels: [Int32],
        _ noise: TokenNoise?,
        _ settings: TextTraining.Settings
    ) {
        (self.head, self.encoder, self.tokens, self.labels) = (head, encoder, tokens, labels)
        (dropout, self.noise) = (settings.dropout, noise)
        gradients = Gradients(for: set)
        tape = Tape(recordingInto: gradients)
        passes = TrainingPasses(settings.adversary, on: tape)
        packed = PackedTokens(for: encoder.base.model.configuration)
    }

    var scratchBytes: Int { tape.scratchBytes }

    func accumulate(_ examples: [Int], scale: Float, key: UInt64) -> Double {
        tape.dropoutKey = key
        var loss = 0.0
        var next = 0
        var random = RandomSource(seed: key)
        while next < examples.count {
            packed.removeAll()
            targets.removeAll()
            while next < examples.count {
                let whole = tokens[examples[next]]
                if packed.count > 0, packed.count + whole.count > trainingPassTokens { break }
                let text = noise?.disturbed(whole, using: &random) ?? whole
                // A text without a token, as a model without special ones has, teaches nothing.
                if !text.isEmpty {
                    packed.append(text)
                    targets.append(labels[examples[next]])
                }
                next += 1
            }
            guard targets.count > 0 else { continue }
            loss += passes.run(packed, width: encoder.width, scale: scale) { scale, perturbation in
                let vectors = encoder.vectors(of: packed, on: tape, rows: rows, movedBy: perturbation)
                return head.loss(vectors, targets, scale: scale, dropout: dropout, on: tape)
            }
        }
        return loss
    }
}
