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
    private var updater: SequenceUpdater?
    private var ranking: PeriodRanking?
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
        ranking = strategy.counts ? PeriodRanking() : nil
    }

    /// The ranks of the queries' items as they are served after the newest cycle.
    func ranks(of queries: PeriodQueries) -> [Int] {
        ranking?.ranks(of: queries, scorer: best, pool: pool) ?? transformerRanks(of: queries)
    }

    /// The same by the transformer alone.
    func transformerRanks(of queries: PeriodQueries) -> [Int] {
        guard let best else { preconditionFailure("a ranking by a transformer before the first cycle") }
        return queries.ranks(of: best, pool: pool)
    }

    /// Learns one more period.
    ///
    /// - Parameters:
    ///   - period: its sessions.
    ///   - predictable: what could be asked of it before it was learned.
    ///   - itemCount: how many items are known now.
    /// - Throws: ``FreshetError`` when the model of the cycle before cannot be trained further.
    mutating func learn(_ period: Histories, predictable: Histories, itemCount: Int) throws {
        cycle += 1
        if cycle > 1 {
            let asked = PeriodQueries(predictable, maximumLength: model.maximumLength)
            ranking?.learnFusion(asked, scorer: best)
        }
        if strategy == .joint {
            best = nil
            for session in 0..<period.userCount { sessions.append(period[UserIndex(session)]) }
        } else {
            sessions = period
        }
        let order = (0..<sessions.userCount).map(UserIndex.init).shuffled(using: &random)
        let (heldOut, learned) = (order[..<(order.count / 10)], Array(order[(order.count / 10)...]))
        let validation = queries(heldOut)
        if strategy != .counting { try train(on: learned, validation: validation, itemCount: itemCount) }
        count(learned: learned, heldOut: heldOut, validation: validation)
    }

    /// Trains the transformer on the newest period and chooses what to remember of it.
    private mutating func train(on learned: [UserIndex], validation: PeriodQueries, itemCount: Int) throws {
        let updater = try makeUpdater(itemCount: itemCount)
        train(updater, on: learned, validation: validation, itemCount: itemCount)
        self.updater = updater
        if strategy.replays { keepExemplars(of: updater) }
    }

    /// Gives the newest period to the streaming models.
    private mutating func count(learned: [UserIndex], heldOut: ArraySlice<UserIndex>, validation: PeriodQueries) {
        guard cycle == 1 else {
            ranking?.count(sessions)
            return
        }
        // Nothing was asked before the first period: its held-out sessions teach the fusion weights.
        let (first, last, scorer) = (rows(of: learned), rows(of: heldOut), best)
        ranking?.count(first)
        ranking?.learnFusion(validation, scorer: scorer)
        ranking?.count(last)
    }

    private func rows(of users: some Sequence<UserIndex>) -> Histories {
        var rows = Histories()
        for user in users { rows.append(sessions[user]) }
        return rows
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
        let next = try SequenceUpdater(best, seed: cycleSeed, pool: pool)
        next.keepTeacher()
        next.grow(toItems: itemCount)
        if let updater { next.takeMoments(of: updater) }
        return next
    }

    private func queries(_ users: ArraySlice<UserIndex>) -> PeriodQueries {
        PeriodQueries(rows(of: users), limit: 4_000, maximumLength: model.maximumLength)
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
            replay.draw(replayed, targets: 1, into: &lesson.replayed)
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
