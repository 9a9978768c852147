import FreshetCore
import FreshetLanguage
import FreshetNN
import FreshetTensor

/// What stands on both vectors: `w · [u, i, u∘i] + b`.
struct RankerHead: Sendable {
    /// Of the user, `[C, 1]`, with what is added.
    let user: Linear
    /// Of the item, `[C, 1]`.
    let item: Linear
    /// Of their product, `[C, 1]`.
    let both: Linear

    init(width: Int, in builder: inout NetworkBuilder) {
        user = Linear("head.user", width, 1, in: &builder)
        item = Linear("head.item", width, 1, bias: false, in: &builder)
        both = Linear("head.both", width, 1, bias: false, in: &builder)
    }

    /// The logits of pairs, `[N, 1]`, from `[N, C]` each.
    func callAsFunction(_ u: Tensor, _ i: Tensor, on tape: Tape) -> Tensor {
        tape.add(tape.add(user(u, on: tape), item(i, on: tape)), both(tape.multiplyElements(u, i), on: tape))
    }
}

/// The training of a ``TextRanker``.
struct TextRankerTraining {
    private let configuration: TextRanker.Configuration
    private let choice: EncoderChoice
    private let texts: [String]
    private let session: TrainingSession

    init(
        _ configuration: TextRanker.Configuration,
        _ choice: EncoderChoice,
        texts: [String],
        _ session: TrainingSession
    ) {
        (self.configuration, self.choice, self.texts, self.session) = (configuration, choice, texts, session)
    }

    /// Learns from examples, and reads the catalogue with what was learned.
    func scorer(learning examples: [RankerExample]) throws -> TextRankerScorer {
        let histories = examples.map { TextRankerScorer.text(of: $0.history, texts) }
        var builder = NetworkBuilder(seed: session.seed)
        let asked = configuration.encoder
        let name = asked.isEmpty || asked == EncoderChoice.automatic ? choice.name : asked
        guard case .model(let model) = choice, configuration.tuning != .none else {
            // A word of most items tells a little too.
            var light = LightEncoder.Configuration()
            (light.width, light.maximumShare) = (configuration.width, 0.9)
            guard configuration.tuning == .none,
                let encoder = choice.encoder(learning: texts, light: light, on: session.pool)
            else {
                throw FreshetError(
                    .usage,
                    "Nothing of the encoder '\(choice.name)' can be tuned.",
                    remedy: "Leave out tuning, or take a model: freshet models list"
                )
            }
            let head = RankerHead(width: encoder.width, in: &builder)
            let length = Float(encoder.width).squareRoot()
            let source = RankerWorker.Source.vectors(
                histories: encoder.vectors(of: histories, ofLength: length, on: session.pool),
                items: encoder.vectors(of: texts, ofLength: length, on: session.pool)
            )
            try run(examples, head, source, builder.set)
            return TextRankerScorer(encoder, name: name, nil, head, builder.set, texts, configuration, session.pool)
        }
        let tuned = try TunedEncoder(model, configuration.method, in: &builder)
        let head = RankerHead(width: tuned.width, in: &builder)
        let source = RankerWorker.Source.tokens(
            tuned,
            histories: histories.map { model.tokens(of: $0) },
            items: texts.map { model.tokens(of: $0) }
        )
        try run(examples, head, source, builder.set, sharing: tuned.rankAllocation())
        return TextRankerScorer(
            tuned.folded(name: model.name),
            name: name,
            model.model.fingerprint,
            head,
            builder.set,
            texts,
            configuration,
            session.pool
        )
    }

    private func run(
        _ examples: [RankerExample],
        _ head: RankerHead,
        _ source: RankerWorker.Source,
        _ parameters: ParameterSet,
        sharing allocation: RankAllocation? = nil
    ) throws {
        guard !examples.isEmpty else { return }
        let pool = session.pool
        var training = TextTraining(configuration.training, seed: session.seed, pool: pool)
        let (report, epochs) = (session.report, configuration.epochs)
        training.report = { progress in
            report(
                TrainingProgress(
                    phase: "epoch \(progress.epoch) of \(epochs)",
                    completed: progress.step,
                    total: progress.steps,
                    loss: progress.loss,
                    finishedEpoch: progress.endsEpoch
                        ? EpochRecord(epoch: progress.epoch, loss: progress.loss, seconds: progress.epochSeconds) : nil
                )
            )
        }
        training.isCancelled = session.isCancelled
        let workers = (0..<pool.threads).map { _ in RankerWorker(head, source, examples, parameters) }
        let costs = examples.map { source.cost(of: $0) }
        _ = try training.run(parameters, workers: workers, costs: costs, sharing: allocation)
    }
}

/// One thread's part of the training.
private final class RankerWorker: TextTrainingWorker {
    /// Where the vectors of the texts come from.
    enum Source {
        /// Vectors that stay as they are: a row an example, and a row an item.
        case vectors(histories: [Float], items: [Float])
        /// An encoder that learns, and the tokens of the examples' histories and of the items.
        case tokens(TunedEncoder, histories: [[Int32]], items: [[Int32]])

        /// What an example costs, in tokens.
        func cost(of example: RankerExample) -> Int {
            guard case .tokens(_, _, let items) = self else { return 1 }
            return example.items.reduce(1) { $0 + items[Int($1)].count }
        }
    }

    let gradients: Gradients
    private let head: RankerHead
    private let source: Source
    private let examples: [RankerExample]
    private let tape: Tape
    private let packed: PackedTokens?
    private let rows = IndexBuffer()
    private let (users, items) = (IndexBuffer(), IndexBuffer())

    init(_ head: RankerHead, _ source: Source, _ examples: [RankerExample], _ parameters: ParameterSet) {
        (self.head, self.source, self.examples) = (head, source, examples)
        gradients = Gradients(for: parameters)
        tape = Tape(recordingInto: gradients)
        if case .tokens(let encoder, _, _) = source {
            packed = PackedTokens(for: encoder.base.model.configuration)
        } else {
            packed = nil
        }
    }

    var scratchBytes: Int { tape.scratchBytes }

    func accumulate(_ chosen: [Int], scale: Float, key: UInt64) -> Double {
        tape.dropoutKey = key
        var loss = 0.0
        var next = 0
        while next < chosen.count {
            let first = next
            next = end(of: chosen, from: first)
            let batch = chosen[first..<next]
            let vectors = vectors(of: batch)
            let labels = pairs(of: batch)
            let logits = head(
                tape.selectRows(vectors, users.indices),
                tape.selectRows(vectors, items.indices),
                on: tape
            )
            loss += tape.logisticLoss(logits, labels: labels, scale: scale)
            tape.backward()
            tape.reset()
        }
        return loss
    }

    /// Where a pass ends that begins with an example.
    private func end(of chosen: [Int], from first: Int) -> Int {
        guard case .tokens(_, let histories, _) = source else { return chosen.count }
        var (end, tokens) = (first, 0)
        while end < chosen.count {
            let example = examples[chosen[end]]
            tokens += histories[chosen[end]].count + source.cost(of: example)
            if end > first, tokens > trainingPassTokens { break }
            end += 1
        }
        return end
    }

    /// The vectors of each example's history and then its items, one after another.
    private func vectors(of batch: ArraySlice<Int>) -> Tensor {
        switch source {
        case .vectors(let histories, let known):
            let C = head.user.weight.rows
            let count = batch.reduce(0) { $0 + 1 + examples[$1].items.count }
            let result = tape.make(count, C)
            var row = result.values
            for example in batch {
                histories.withUnsafeBufferPointer { row.update(from: $0.baseAddress! + example * C, count: C) }
                row += C
                for item in examples[example].items {
                    known.withUnsafeBufferPointer { row.update(from: $0.baseAddress! + Int(item) * C, count: C) }
                    row += C
                }
            }
            return result
        case .tokens(let encoder, let histories, let known):
            guard let packed else { preconditionFailure("an encoder without memory for tokens") }
            packed.removeAll()
            for example in batch {
                packed.append(histories[example])
                for item in examples[example].items { packed.append(known[Int(item)]) }
            }
            return encoder.vectors(of: packed, on: tape, rows: rows)
        }
    }

    /// Which rows are compared, and whether the item was chosen.
    private func pairs(of batch: ArraySlice<Int>) -> [Float] {
        users.removeAll()
        items.removeAll()
        var labels: [Float] = []
        var row: Int32 = 0
        for example in batch {
            let user = row
            for place in examples[example].items.indices {
                row += 1
                users.append(user)
                items.append(row)
                labels.append(place == 0 ? 1 : 0)
            }
            row += 1
        }
        return labels
    }
}
