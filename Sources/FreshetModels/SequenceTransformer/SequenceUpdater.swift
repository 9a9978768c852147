import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// Trains a sequence transformer further, step by step, on whatever sequences it is given; its item table grows.
///
/// What ``SequenceTransformer/fit(_:session:)`` does for a data set that stands still, this does for a stream: the
/// caller decides what a step learns from. The served weights are a running average. Belongs to one thread, which shares
/// a step's work with its pool.
public final class SequenceUpdater {
    /// The model's settings.
    public let configuration: SequenceTransformer.Configuration
    /// The length `V` of the catalogue.
    public internal(set) var itemCount: Int
    let typeCount: Int
    let hasTimes: Bool
    let hasOpinions: Bool
    /// How wide each block is inside, where that is not what the settings say.
    private let widths: [TransformerBlock.Width]?
    let pool: ThreadPool
    private let seed: UInt64
    var training: SequenceTraining
    var teacher: Teacher?
    var counts: [Double]
    var sampler: NegativeSampler
    var targetsSinceSampler = 0
    var steps = 0
    /// Whose vectors of the items' texts the items are held near; `nil` where they are learned by events alone.
    private let encoder: String?
    /// Where the items' texts put them; `nil` where nothing is known in the space of the network's training.
    private var anchors: StreamingAnchors?

    struct Teacher {
        let network: SequenceNetwork
        let tapes: [Tape]
        /// Its ranking is of the items below; those that came later have a row only so that it can read histories.
        var knownItems: Int
    }

    /// Targets after which the sampler counts anew.
    private static let targetsPerSampler = 20_000

    /// Starts an untrained model.
    public init(
        configuration: SequenceTransformer.Configuration,
        itemCount: Int,
        typeCount: Int,
        hasTimes: Bool,
        hasOpinions: Bool = false,
        seed: UInt64,
        pool: ThreadPool
    ) {
        self.configuration = configuration
        self.itemCount = itemCount
        self.typeCount = configuration.eventTypes ? max(typeCount, 1) : 1
        self.hasTimes = configuration.timeGaps && hasTimes
        self.hasOpinions = configuration.opinions && hasOpinions
        widths = nil
        self.pool = pool
        self.seed = seed
        encoder = nil
        counts = Array(repeating: 0, count: max(itemCount, 1))
        sampler = NegativeSampler(counts: counts)
        let shape = SequenceTransformer.Shape(
            items: max(itemCount, 1),
            types: self.typeCount,
            hasTimes: self.hasTimes,
            hasOpinions: self.hasOpinions
        )
        training = Self.training(SequenceNetwork(configuration, shape: shape, seed: seed), configuration, shape, pool)
    }

    /// Goes on from a trained model.
    ///
    /// - Parameters:
    ///   - scorer: the model.
    ///   - averaging: how much of the running average is kept at each step; as the model was trained unless given.
    ///   - seed: the seed of everything random.
    ///   - pool: the threads.
    /// - Throws: ``FreshetError`` of kind `usage` when the scorer is not a sequence transformer.
    public convenience init(
        _ scorer: any Scorer,
        averaging: Float? = nil,
        seed: UInt64,
        pool: ThreadPool
    ) throws {
        guard let scorer = scorer as? SequenceScorer else {
            throw FreshetError(
                .usage,
                "Only a sequence transformer learns from a stream.",
                remedy: "Start from a snapshot of the model 'sequence-transformer'."
            )
        }
        self.init(copying: scorer, averaging: averaging, seed: seed, pool: pool)
    }

    private init(copying scorer: SequenceScorer, averaging: Float?, seed: UInt64, pool: ThreadPool) {
        var configuration = scorer.configuration
        configuration.averaging = averaging ?? configuration.averaging
        self.configuration = configuration
        itemCount = scorer.itemCount
        typeCount = scorer.shape.types
        hasTimes = scorer.shape.hasTimes
        hasOpinions = scorer.shape.hasOpinions
        widths = scorer.shape.widths
        self.pool = pool
        self.seed = seed
        encoder = scorer.encoder
        counts = Array(repeating: 0, count: itemCount)
        sampler = NegativeSampler(counts: counts)
        let network = SequenceNetwork(configuration, shape: scorer.shape, seed: nil)
        network.parameters.assign(from: scorer.network.parameters)
        training = Self.training(network, configuration, scorer.shape, pool)
        if let moments = scorer.takeMoments() { training.optimizer.assignLeadingRows(from: moments) }
    }

    static func training(
        _ network: SequenceNetwork,
        _ configuration: SequenceTransformer.Configuration,
        _ shape: SequenceTransformer.Shape,
        _ pool: ThreadPool
    ) -> SequenceTraining {
        let average = WeightAverage(of: network.parameters, decay: configuration.averaging)
        return SequenceTraining(network, configuration, shape, average: average, pool)
    }

    func shape(items: Int) -> SequenceTransformer.Shape {
        SequenceTransformer.Shape(
            items: max(items, 1),
            types: typeCount,
            hasTimes: hasTimes,
            hasOpinions: hasOpinions,
            widths: widths
        )
    }

    /// Takes over the optimizer's moments of an updater that the weights come from.
    ///
    /// Adam divides by the size of a weight's past gradients. With none, the first faint gradient of an item that is only
    /// ever a negative moves it as far as a strong one would: what was learned of it is gone within an epoch.
    public func takeMoments(of other: SequenceUpdater) {
        training.optimizer.assignLeadingRows(from: other.training.optimizer.moments)
    }

    /// The trained model as it is now.
    public func makeScorer() -> any Scorer {
        SequenceScorer(configuration, shape(items: itemCount), encoder: encoder) { training.copyServed(into: $0) }
    }

    /// Takes what is said of the items; vectors of another encoder than the network was trained with say nothing to it.
    public func read(_ content: ItemVectors) {
        anchors = StreamingAnchors(content, encoder: encoder, configuration)
    }

    /// How many items are known by their texts, counting up to the highest.
    public var describedItems: Int { anchors?.itemCount ?? 0 }

    /// The vector of what each sequence's user wanted last, before the last target: `[S, C]`.
    public func states(of sequences: TrainingSequences) -> [Float] {
        let C = configuration.channels
        var states = [Float](repeating: 0, count: sequences.count * C)
        let (network, shape) = (training.network, shape(items: itemCount))
        let (windows, histories) = (sequences.windows, sequences.histories)
        let length = configuration.maximumLength
        states.withUnsafeMutableBufferPointer { states in
            let target = states.baseAddress
            pool.forEachRange(windows.count, grain: 64) { range, _ in
                let (tape, batch) = (Tape(), PackedSequences(shape))
                for window in windows[range] {
                    batch.append(histories[window.user], window.range, maximumLength: length)
                }
                let rows = network.newest(batch, on: tape)
                target?.advanced(by: range.lowerBound * C).update(from: rows.values, count: rows.count)
            }
        }
        return states
    }

    /// From now on, steps that ask for distillation keep to the ranking of the model as it is now.
    public func keepTeacher() {
        var kept = teacher ?? makeTeacher(rows: training.rows)
        kept.network.itemTable.grow(toRows: training.rows)
        training.copyServed(into: kept.network.parameters)
        kept.knownItems = itemCount
        teacher = kept
    }

    /// Whether there is a teacher.
    public var hasTeacher: Bool { teacher != nil }

    func makeTeacher(rows: Int) -> Teacher {
        Teacher(
            network: SequenceNetwork(configuration, shape: shape(items: rows), seed: nil),
            tapes: (0..<pool.threads).map { _ in Tape() },
            knownItems: 0
        )
    }
}

// MARK: - A step

extension SequenceUpdater {
    /// Makes one step.
    ///
    /// - Parameters:
    ///   - lesson: what it learns from.
    ///   - rate: the learning rate.
    ///   - isChosen: whether an item has had an event; one that has not keeps to what is said of it.
    /// - Returns: the mean loss of the new targets.
    @discardableResult
    public func step(_ lesson: Lesson, rate: Float, isChosen: (Int) -> Bool = { _ in true }) -> Double {
        guard lesson.new.targets + lesson.replayed.targets > 0 else { return 0 }
        refreshSampler(lesson)
        accumulate(lesson.new, scale: 1 / Float(max(lesson.new.targets, 1)), distillation: 0)
        let loss = training.takeLoss() / Double(max(lesson.new.targets, 1))
        let scale = 1 / Float(max(lesson.replayed.targets, 1))
        accumulate(
            lesson.replayed,
            scale: scale * lesson.replayWeight,
            distillation: scale * lesson.distillationWeight
        )
        _ = training.takeLoss()
        training.update(rate: rate) { table, rows in hold(table, rows, isChosen) }
        steps += 1
        return loss
    }

    private func hold(_ table: Parameter, _ rows: [Int32]?, _ isChosen: (Int) -> Bool) {
        guard let anchors else { return }
        if let rows {
            anchors.hold(rows, of: table, isChosen: isChosen)
        } else {
            anchors.hold(0..<Int32(itemCount), of: table, isChosen: isChosen)
        }
    }

    private func accumulate(_ sequences: TrainingSequences, scale: Float, distillation: Float) {
        guard sequences.count > 0, scale > 0 || distillation > 0 else { return }
        let teacher = distillation > 0 ? teacher : nil
        training.accumulate(
            sequences.windows[...],
            of: sequences.histories,
            for: { worker in
                var objective = SequenceTrainingWorker.Objective(scale: scale)
                objective.teacher = teacher.map { ($0.network, $0.tapes[worker], $0.knownItems, distillation) }
                return objective
            },
            sampler: sampler,
            seed: seed,
            step: steps * 2 + (distillation > 0 ? 1 : 0)
        )
    }

    /// Counts the new targets, and draws negatives by the new counts from time to time.
    private func refreshSampler(_ lesson: Lesson) {
        for window in lesson.new.windows {
            let history = lesson.new.histories[window.user]
            for place in window.contextOnly + 1..<history.count where history.weight(at: place) > 0 {
                counts[history.items[history.items.startIndex + place].position] += 1
            }
        }
        targetsSinceSampler += lesson.new.targets
        let isOld = targetsSinceSampler >= min(Self.targetsPerSampler, steps * 100)
        if isOld {
            sampler = NegativeSampler(counts: counts)
            targetsSinceSampler = 0
        } else if sampler.counts.count < counts.count, sampler.grow(to: counts) {
            targetsSinceSampler = 0
        }
    }
}

// MARK: - Growth

extension SequenceUpdater {
    /// Makes room for a longer catalogue; new items start where their texts put them, others as the average item.
    public func grow(toItems count: Int) {
        guard count > itemCount else { return }
        let old = itemCount
        if count > training.rows { training.enlarge(toRows: count) }
        itemCount = count
        counts.append(contentsOf: repeatElement(0, count: count - counts.count))
        reset(items: old..<count, among: old)
        showTeacher(items: old..<count)
    }

    /// Gives the teacher the vectors of new items, so that it can read histories that hold them.
    private func showTeacher(items: Range<Int>) {
        guard let table = teacher?.network.itemTable else { return }
        if table.rows < training.rows { table.grow(toRows: training.rows) }
        let offset = items.lowerBound * configuration.channels
        let source = training.network.itemTable.pointer + offset
        (table.pointer + offset).update(from: source, count: items.count * configuration.channels)
    }

    /// Makes items that nobody deals with any more average items again, so that they score as unknown ones.
    public func expire(_ items: [ItemIndex]) {
        for item in items where item.position < itemCount {
            counts[item.position] = 0
            reset(items: item.position..<item.position + 1, among: itemCount)
            training.optimizer.resetMoments(of: training.network.itemTable, row: item.position)
        }
    }

    /// Puts items where their texts are; gives others the mean of a sample of vectors and a little noise: the score of an
    /// average item, told apart by learning.
    private func reset(items: Range<Int>, among known: Int) {
        let table = training.network.itemTable
        defer { training.average?.restart(table, rows: items) }
        let unknown = anchors?.place(items, in: table) ?? Array(items)
        guard !unknown.isEmpty else { return }
        let C = table.columns
        var mean = [Float](repeating: 0, count: C)
        var random = RandomSource.stream(seed: seed, 4, UInt64(items.lowerBound))
        let samples = min(known, 1000)
        for _ in 0..<samples {
            let row = table.pointer + random.below(known) * C
            for c in 0..<C { mean[c] += row[c] / Float(samples) }
        }
        for item in unknown {
            let row = table.pointer + item * C
            for c in 0..<C { row[c] = mean[c] + 0.02 * random.normal() }
        }
    }
}
