import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// Matrix factorization for implicit feedback that learns from every event once, as it comes.
///
/// ISGD (Vinagre, Jorge and Gama, "Fast incremental matrix factorization for recommendation with positive-only feedback",
/// UMAP 2014): a liking is a step towards the score 1, and here a dislike one towards 0. Items that nobody asked for longest are steps towards 0 beside it
/// (the same, "Collaborative filtering with recency-based negative feedback", SAC 2015), which also lets go of what is out of
/// fashion. Departs in keeping no vector of a user: it is the start vector, which is learned, after the steps that the
/// user's newest events would have made with the items as they are now. So the next request sees an event, a stranger is
/// a user without events, and nothing of anybody is kept. Steps are implicit in the length of the other vector.
public struct OnlineMatrixFactorization: OnlineModel {
    /// The settings.
    public struct Configuration: TimedConfiguration {
        /// The length `F` of a vector.
        public var factors = 32
        /// The length of a step of an item's vector, and of the start vector.
        public var learningRate: Float = 0.05
        /// The length of a step of a user's vector.
        public var userRate: Float = 0.5
        /// How strongly vectors are pulled to zero.
        public var regularization: Float = 0.01
        /// How many items an event takes for not chosen.
        public var negatives = 100
        /// How many newest events make a user's vector.
        public var historyLength = 50
        /// The standard deviation of what a new item's vector is drawn from.
        public var deviation: Float = 0.05
        /// How many times a training goes through the events.
        public var passes = 1
        /// Minutes of training at most; 0 for no limit.
        public var minutes = 0.0

        /// The defaults.
        public init() {}

        /// Checks ranges.
        public func validate() throws {
            try SettingRange.check("factors", factors, in: 1...4096)
            try SettingRange.check("learningRate", learningRate, in: 0...10)
            try SettingRange.check("userRate", userRate, in: 0...10)
            try SettingRange.check("regularization", regularization, in: 0...1)
            try SettingRange.check("negatives", negatives, in: 0...100_000)
            try SettingRange.check("historyLength", historyLength, in: 0...10_000)
            try SettingRange.check("deviation", deviation, in: 1e-6...10)
            try SettingRange.check("passes", passes, in: 1...10_000)
            try SettingRange.check("minutes", minutes, in: 0...100_000)
        }
    }

    /// The name on the command line and in snapshots.
    public static let name = "online-matrix-factorization"
    /// One line for `--help`.
    public static let summary = "vectors of users and items, one step an event (ISGD)"

    /// Few events are gone through more than once.
    public static func recommendedConfiguration(for data: TrainingData) -> Configuration {
        var configuration = Configuration()
        configuration.passes = min(20, max(1, 100_000 / max(1, data.histories.eventCount)))
        return configuration
    }

    /// The settings it was created with.
    public let configuration: Configuration
    private var factors: OnlineFactors?

    /// Creates an untrained model.
    public init(configuration: Configuration) { self.configuration = configuration }

    /// Learns every event in the order of time, pass by pass.
    public mutating func fit(_ data: TrainingData, session: TrainingSession) throws {
        try configuration.validate()
        guard data.itemCount > 0 else { throw FreshetError(.invalidData, "There is no item to learn about.") }
        var factors = OnlineFactors(
            width: configuration.factors,
            deviation: configuration.deviation,
            seed: session.seed
        )
        factors.grow(to: data.itemCount, deviation: configuration.deviation, seed: session.seed)
        let pass = TrainingPass(data.histories)
        let clock = ContinuousClock()
        let (start, limit) = (clock.now, configuration.minutes > 0 ? configuration.minutes * 60 : .infinity)
        for number in 1...configuration.passes where (clock.now - start) / .seconds(1) < limit {
            try session.checkCancellation()
            let began = clock.now
            let loss = try pass.run(&factors, configuration) {
                try session.checkCancellation()
                return (clock.now - start) / .seconds(1) < limit
            }
            let seconds = (clock.now - began) / .seconds(1)
            session.report(
                TrainingProgress(
                    phase: "pass",
                    completed: number,
                    total: configuration.passes,
                    loss: loss,
                    finishedEpoch: EpochRecord(epoch: number, loss: loss, seconds: seconds)
                )
            )
        }
        self.factors = factors
    }

    /// The trained model.
    public func makeScorer() -> any Scorer {
        guard let factors else { preconditionFailure("makeScorer() before fit()") }
        return OnlineFactorScorer(factors, configuration)
    }

    /// The scorer that a checkpoint describes.
    public static func restoreScorer(from checkpoint: Checkpoint, configuration: Configuration) throws -> any Scorer {
        OnlineFactorScorer(try OnlineFactors(from: checkpoint, width: configuration.factors), configuration)
    }

    /// A learner that goes on from a trained model.
    public static func makeOnlineLearner(
        from scorer: any Scorer,
        configuration: Configuration,
        settings: OnlineLearning.Settings,
        seed: UInt64,
        pool: ThreadPool
    ) throws -> any OnlineLearner {
        guard let scorer = scorer as? OnlineFactorScorer else {
            throw FreshetError(
                .usage,
                "Only a model of '\(name)' is learned further as one.",
                remedy: "Start from a snapshot of the model '\(name)'."
            )
        }
        return OnlineFactorLearner(scorer, settings: settings, seed: seed)
    }

    /// A trained model under other numbers of items; of event types it knows nothing.
    public static func renumber(_ checkpoint: Checkpoint, by numbering: Renumbering) throws -> Checkpoint {
        var renumbered = checkpoint
        try renumbered.renumberRows(of: "items", by: numbering.items)
        let old = try checkpoint.numbers("recency", of: Int32.self, shape: [nil])
        let asked = numbering.items.map { $0.map { $0 < old.count ? old[$0] : -1 } ?? -1 }
        // In the order in which they were asked for, without gaps.
        let order = asked.indices.filter { asked[$0] >= 0 }.sorted { asked[$0] < asked[$1] }
        var places = [Int32](repeating: -1, count: asked.count)
        for (place, item) in order.enumerated() { places[item] = Int32(place) }
        renumbered.arrays["recency"] = StoredArray(places)
        return renumbered
    }
}

/// All events of a data set in the order of time, each with what its user had done before.
private struct TrainingPass {
    private let histories: Histories
    private let order: [(user: UserIndex, place: Int)]

    /// How many events there are between two looks at the clock.
    private static let piece = 4_096

    init(_ histories: Histories) {
        self.histories = histories
        let events = (0..<histories.userCount).flatMap { user in
            (histories.offsets[user]..<histories.offsets[user + 1]).map { (user: UserIndex(user), place: $0) }
        }
        guard !histories.times.isEmpty else {
            // Without times: everybody's first event, then everybody's second.
            order = events.sorted { one, other in
                let places = [one, other].map { $0.place - histories.offsets[$0.user.position] }
                return (places[0], one.user) < (places[1], other.user)
            }
            return
        }
        order = events.sorted { (histories.times[$0.place], $0.place) < (histories.times[$1.place], $1.place) }
    }

    /// Has factors learn every event.
    ///
    /// - Parameters:
    ///   - factors: the factors.
    ///   - configuration: how they learn.
    ///   - goesOn: asked from time to time; `false` ends the pass.
    /// - Returns: the mean loss.
    func run(
        _ factors: inout OnlineFactors,
        _ configuration: OnlineMatrixFactorization.Configuration,
        while goesOn: () throws -> Bool
    ) rethrows -> Double {
        var (loss, count, seen) = (0.0, 0, 0)
        try withUnsafeTemporaryAllocation(of: Float.self, capacity: configuration.factors) { user in
            for event in order {
                if seen % Self.piece == 0, try !goesOn() { break }
                seen += 1
                let said = histories.weights.isEmpty ? 1 : histories.weights[event.place]
                guard said != 0 else { continue }
                let before = histories.history(in: histories.offsets[event.user.position]..<event.place)
                factors.userVector(of: before, configuration, into: user.baseAddress!)
                loss += Double(
                    factors.learn(
                        histories.items[event.place],
                        likes: said > 0,
                        of: user.baseAddress!,
                        rate: configuration.learningRate,
                        configuration
                    )
                )
                count += 1
            }
        }
        return loss / Double(max(count, 1))
    }
}
