import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor

/// The protocol of ADER (Mi and others, RecSys 2020): learn one period, be tested on every event of the next, go on.
///
/// Every prefix of every predictable session of the next period is a query; all items known so far are ranked, those of
/// the session among them. Departs in holding out a tenth of a period's sessions for early stopping instead of a tenth
/// of their prefixes.
public struct PeriodProtocol {
    /// How a cycle learns.
    public enum Strategy: String, Sendable, Codable, CaseIterable {
        /// From the state of the cycle before, on the new period alone, without dropout.
        case fineTune = "fine-tune"
        /// The same with dropout.
        case fineTuneWithDropout = "fine-tune-dropout"
        /// From scratch on everything so far.
        case joint
        /// From the state of the cycle before, with replayed exemplars and distillation.
        case continual
        /// The same, serving as the engine does: ranked with popularity and co-visitation of everything so far.
        case continualHybrid = "continual-hybrid"
        /// What serves beside the model, by itself.
        case counting

        /// Whether the streaming models rank, with or without a model.
        var counts: Bool { self == .continualHybrid || self == .counting }
        /// Whether exemplars are kept.
        var replays: Bool { self == .continual || self == .continualHybrid }
    }

    /// The settings of a run.
    public struct Settings: Codable, Sendable, Equatable {
        /// Settings of the model other than those for sessions, by their path such as `dropout`.
        public var model: [String: String] = [:]
        /// How many events of a session are looked back on.
        public var contextLength = 50
        /// Sessions a step.
        public var batchSize = 64
        /// Epochs a cycle at most.
        public var epochs = 30
        /// Epochs without a better validation Recall@20 before a cycle ends.
        public var patience = 3
        /// The learning rate of the first cycle, and of every cycle of joint training.
        public var learningRate: Float = 1e-3
        /// The learning rate of later cycles.
        public var updateRate: Float = 5e-4
        /// How many exemplars are kept.
        public var exemplars = 30_000
        /// ADER's λ.
        public var distillation: Float = 0.8
        /// What the mean loss of the replayed targets counts beside distillation.
        public var replayWeight: Float = 1
        /// Cycles to run; 0 for all there are.
        public var cycles = 0
        /// How many queries of each older period measure what was forgotten.
        public var queriesOfOldPeriods = 2_000

        /// The defaults.
        public init() {}
    }

    private let stream: PeriodStream
    private let model: ModelDescription
    private let settings: Settings
    private let seed: UInt64
    private let pool: ThreadPool

    /// Prepares a run.
    ///
    /// - Parameters:
    ///   - stream: the periods.
    ///   - model: any model that learns from a stream; one that has no ``FreshetModels/EpochTrainer`` goes over every event
    ///     once, and the settings of epochs, replay and distillation are nothing to it.
    ///   - settings: the settings.
    ///   - seed: the seed of everything random.
    ///   - pool: the threads.
    public init(
        _ stream: PeriodStream,
        of model: ModelDescription = ModelRegistry.flagship,
        settings: Settings,
        seed: UInt64,
        pool: ThreadPool
    ) {
        self.stream = stream
        self.model = model
        self.settings = settings
        self.seed = seed
        self.pool = pool
    }

    /// Runs all cycles of a strategy; `report` is called after each.
    public func run(_ strategy: Strategy, report: (Cycle) -> Void = { _ in }) throws -> [Cycle] {
        var learner = try PeriodLearner(strategy, of: model, settings: settings, seed: seed, pool: pool)
        let most = stream.periods.count - 1
        let cycles = settings.cycles == 0 ? most : min(settings.cycles, most)
        return try (1..<cycles + 1).map { period in
            let start = ContinuousClock.now
            try learner.learn(
                stream.periods[period - 1],
                predictable: period == 1 ? Histories() : stream.predictableSessions(of: period - 1),
                itemCount: stream.knownItems[period - 1]
            )
            let seconds = start.duration(to: .now) / .seconds(1)
            let cycle = Cycle(
                cycle: period,
                served: measure(period) { learner.ranks(of: $0) },
                alone: strategy == .continualHybrid
                    ? measure(period) { learner.modelRanks(of: $0) } : nil,
                validationRecall: learner.validationRecall,
                epochs: learner.epochs,
                seconds: seconds
            )
            report(cycle)
            return cycle
        }
    }

    /// Asks for everything of the next period, and for some of those before it.
    private func measure(_ next: Int, ranks: (PeriodQueries) -> [Int]) -> Measurement {
        let newest = ranks(queries(of: next, in: next))
        let older = (1..<next).map { Self.recall(ranks(queries(of: $0, in: next)), at: 20) }
        return Measurement(figures: Self.figures(of: newest), recallByPeriod: older + [Self.recall(newest, at: 20)])
    }

    /// What is asked of a period's sessions, all of them, or some when it is an older one than that which is tested.
    private func queries(of period: Int, in tested: Int) -> PeriodQueries {
        var sessions = stream.predictableSessions(of: period)
        // An old session is asked about again as if it happened now.
        let delay = Int64(tested - period) * PeriodStream.periodSeconds
        for place in sessions.times.indices { sessions.times[place].milliseconds += delay * 1000 }
        return PeriodQueries(
            sessions,
            limit: period == tested ? .max : settings.queriesOfOldPeriods,
            maximumLength: settings.contextLength
        )
    }

    private static func figures(of ranks: [Int]) -> [String: Double] {
        var figures: [String: Double] = [:]
        for cutoff in [10, 20] {
            figures["recall@\(cutoff)"] = recall(ranks, at: cutoff)
            let reciprocals = ranks.reduce(0) { $0 + ($1 <= cutoff ? 1 / Double($1) : 0) }
            figures["mrr@\(cutoff)"] = reciprocals / Double(max(ranks.count, 1))
        }
        return figures
    }

    static func recall(_ ranks: [Int], at cutoff: Int) -> Double {
        Double(ranks.count { $0 <= cutoff }) / Double(max(ranks.count, 1))
    }
}
