import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor

/// Learns period after period by one strategy of ``PeriodProtocol``.
struct PeriodLearner {
    private let strategy: PeriodProtocol.Strategy
    private let settings: PeriodProtocol.Settings
    private let model: SequenceTransformer.Configuration
    private let seed: UInt64
    private let pool: ThreadPool
    private var random: RandomSource
    private var sessions = Histories()
    private var replay: ReplayBuffer
    private var cycle = 0
    private var best: (any Scorer)?
    private var hybrid: (any Scorer)?
    private var companion = CoVisitationCompanion()
    /// Recall@20 on the held-out sessions of the newest period.
    private(set) var validationRecall = 0.0
    /// Epochs of the newest cycle.
    private(set) var epochs = 0

    init(_ strategy: PeriodProtocol.Strategy, settings: PeriodProtocol.Settings, seed: UInt64, pool: ThreadPool) {
        self.strategy = strategy
        self.settings = settings
        self.seed = seed
        self.pool = pool
        var model = settings.model
        if strategy == .fineTune { (model.dropout, model.attentionDropout) = (0, 0) }
        self.model = model
        random = RandomSource.stream(seed: seed, 6)
        let kept = strategy.replays ? settings.exemplars : 0
        replay = ReplayBuffer(capacity: kept, contextLength: model.maximumLength, seed: seed)
    }

    /// The model after the newest cycle.
    var scorer: any Scorer {
        guard let best = hybrid ?? best else { preconditionFailure("a scorer before the first cycle") }
        return best
    }

    /// The transformer by itself, where it is fused with something.
    var transformer: (any Scorer)? { hybrid == nil ? nil : best }

    /// Learns one more period.
    mutating func learn(_ period: Histories, itemCount: Int) throws {
        cycle += 1
        if strategy == .joint {
            best = nil
            append(period)
        } else {
            sessions = period
        }
        let updater = try makeUpdater(itemCount: itemCount)
        let order = (0..<sessions.userCount).map(UserIndex.init).shuffled(using: &random)
        let heldOut = order.count / 10
        let validation = queries(order[..<heldOut])
        train(updater, on: Array(order[heldOut...]), validation: validation, itemCount: itemCount)
        if strategy.replays { keepExemplars(of: updater) }
        if strategy == .continualHybrid {
            let counted = order[heldOut...].map { sessions[$0] }
            hybrid = try best.map { try companion.fused(with: $0, adding: counted, validation: validation, pool: pool) }
        }
    }

    private mutating func append(_ period: Histories) {
        let start = sessions.items.count
        sessions.items += period.items
        sessions.offsets += period.offsets.dropFirst().map { $0 + start }
    }

    private func makeUpdater(itemCount: Int) throws -> SequenceUpdater {
        let cycleSeed = seed &+ UInt64(cycle) << 32
        guard let best else {
            return SequenceUpdater(
                configuration: model,
                itemCount: itemCount,
                typeCount: 1,
                hasTimes: false,
                seed: cycleSeed,
                pool: pool
            )
        }
        let updater = try SequenceUpdater(best, seed: cycleSeed, pool: pool)
        updater.keepTeacher()
        updater.grow(toItems: itemCount)
        return updater
    }

    private func queries(_ users: ArraySlice<UserIndex>) -> PeriodQueries {
        var held = Histories()
        for user in users {
            held.items += sessions[user].items
            held.offsets.append(held.items.count)
        }
        return PeriodQueries(held, limit: 4_000, maximumLength: model.maximumLength)
    }

    private mutating func train(
        _ updater: SequenceUpdater,
        on users: [UserIndex],
        validation: PeriodQueries,
        itemCount: Int
    ) {
        let rate = best == nil ? settings.learningRate : settings.updateRate
        // ADER's λ·√(|I_old| / |I_new| · |E| / |D|).
        let known = Float(best?.itemCount ?? 0) / Float(itemCount)
        let share = Float(replay.count) / Float(max(sessions.eventCount - sessions.userCount, 1))
        let distillation = settings.distillation * (known * share).squareRoot()
        var bestEpoch = 0
        (epochs, validationRecall) = (0, -1)
        while epochs < settings.epochs, epochs - bestEpoch < settings.patience {
            runEpoch(updater, users.shuffled(using: &random), rate: rate, distillation: distillation)
            epochs += 1
            let scorer = updater.makeScorer()
            let recall = PeriodProtocol.recall(validation.ranks(of: scorer, pool: pool), at: 20)
            if recall > validationRecall { (validationRecall, bestEpoch, best) = (recall, epochs, scorer) }
        }
    }

    private mutating func runEpoch(_ updater: SequenceUpdater, _ users: [UserIndex], rate: Float, distillation: Float) {
        let batches = stride(from: 0, to: users.count, by: settings.batchSize)
        let replayed = replay.count / max(users.count / settings.batchSize, 1)
        var lesson = SequenceUpdater.Lesson()
        (lesson.replayWeight, lesson.distillationWeight) = (settings.replayWeight, distillation)
        for start in batches {
            lesson.new.removeAll()
            lesson.replayed.removeAll()
            for user in users[start..<min(start + settings.batchSize, users.count)] {
                let session = sessions[user]
                lesson.new.append(session, targets: session.count - 1, maximumLength: model.maximumLength)
            }
            replay.draw(replayed, into: &lesson.replayed)
            updater.step(lesson, rate: rate)
        }
    }

    /// Chooses new exemplars among this period's prefixes and the old exemplars.
    private mutating func keepExemplars(of updater: SequenceUpdater) {
        var candidates = TrainingSequences()
        var histories: [History] = (0..<replay.count).map { replay[$0] }
        for session in 0..<sessions.userCount {
            let range = sessions.offsets[session]..<sessions.offsets[session + 1]
            for end in range.dropFirst() {
                let start = max(range.lowerBound, end - model.maximumLength)
                histories.append(sessions.history(in: start..<end + 1))
            }
        }
        for history in histories { candidates.append(history, targets: 1, maximumLength: model.maximumLength) }
        let chosen = Herding.choose(
            settings.exemplars,
            classes: histories.map { $0.items[$0.items.endIndex - 1] },
            features: updater.states(of: candidates)
        )
        replay.removeAll()
        for place in chosen { replay.append(histories[place], user: UserIndex(0)) }
    }
}
