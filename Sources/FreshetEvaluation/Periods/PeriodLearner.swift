import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor

/// Learns period after period by one strategy of ``PeriodProtocol``.
struct PeriodLearner {
    private let strategy: PeriodProtocol.Strategy
    private let settings: PeriodProtocol.Settings
    private let pool: ThreadPool
    private var random: RandomSource
    private var sessions = Histories()
    private var cycle = 0
    private var trainer: any PeriodTrainer
    private var ranking: PeriodRanking?

    init(
        _ strategy: PeriodProtocol.Strategy,
        of model: ModelDescription,
        settings: PeriodProtocol.Settings,
        seed: UInt64,
        pool: ThreadPool
    ) throws {
        self.strategy = strategy
        self.settings = settings
        self.pool = pool
        random = RandomSource.stream(seed: seed, 6)
        ranking = strategy.counts ? PeriodRanking() : nil
        guard model.learnsInEpochs else {
            trainer = StreamPeriodTrainer(model, settings: settings, seed: seed, pool: pool)
            return
        }
        trainer = EpochPeriodTrainer(
            model,
            configurationJSON: try model.sessionConfigurationJSON(
                overrides: settings.model,
                isRegularized: strategy != .fineTune
            ),
            replays: strategy.replays,
            settings: settings,
            seed: seed,
            pool: pool
        )
    }

    /// Recall@20 on the held-out sessions of the newest period.
    var validationRecall: Double { trainer.validationRecall }
    /// Epochs of the newest cycle.
    var epochs: Int { strategy == .counting ? 0 : trainer.epochs }

    /// The ranks of the queries' items as they are served after the newest cycle.
    func ranks(of queries: PeriodQueries) -> [Int] {
        ranking?.ranks(of: queries, scorer: trainer.scorer, pool: pool) ?? modelRanks(of: queries)
    }

    /// The same by the model alone.
    func modelRanks(of queries: PeriodQueries) -> [Int] {
        guard let scorer = trainer.scorer else { preconditionFailure("a ranking by a model before the first cycle") }
        return queries.ranks(of: scorer, pool: pool)
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
            let asked = PeriodQueries(predictable, maximumLength: settings.contextLength)
            ranking?.learnOrder(asked, scorer: trainer.scorer)
        }
        if strategy == .joint {
            trainer.restart()
            for session in 0..<period.userCount { sessions.append(period[UserIndex(session)]) }
        } else {
            sessions = period
        }
        let order = (0..<sessions.userCount).map(UserIndex.init).shuffled(using: &random)
        let (heldOut, learned) = (order[..<(order.count / 10)], Array(order[(order.count / 10)...]))
        let validation = PeriodQueries(rows(of: heldOut), limit: 4_000, maximumLength: settings.contextLength)
        if strategy != .counting {
            let lesson = PeriodLesson(
                cycle: cycle,
                sessions: sessions,
                learned: learned,
                validation: validation,
                itemCount: itemCount
            )
            try trainer.learn(lesson, random: &random)
        }
        count(learned: learned, heldOut: heldOut, validation: validation)
    }

    /// Gives the newest period to the streaming models.
    private mutating func count(learned: [UserIndex], heldOut: ArraySlice<UserIndex>, validation: PeriodQueries) {
        guard cycle == 1 else {
            ranking?.count(sessions)
            return
        }
        // Nothing was asked before the first period: its held-out sessions teach the ranker.
        let (first, last, scorer) = (rows(of: learned), rows(of: heldOut), trainer.scorer)
        ranking?.count(first)
        ranking?.learnOrder(validation, scorer: scorer)
        ranking?.count(last)
    }

    private func rows(of users: some Sequence<UserIndex>) -> Histories {
        var rows = Histories()
        for user in users { rows.append(sessions[user]) }
        return rows
    }
}
