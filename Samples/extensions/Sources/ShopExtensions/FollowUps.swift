import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN
import FreshetTensor

/// What is chosen after what: a Markov chain over items that looks back a few steps and falls back on popularity.
///
/// With `c_j` how often item `j` came after the newest items of a history, older ones counting `decay` as much as the next
/// newer, `C` the same for any item and `p_j` the share of `j` in all events, the score is
/// `ln((c_j + smoothing · p_j) / (C + smoothing))`. Of each item only the most frequent follow-ups are kept.
public struct FollowUps: OnlineModel {
    /// The settings.
    public struct Configuration: TimedConfiguration {
        /// How many follow-ups of an item are kept.
        public var followUps = 50
        /// How many of a history's newest items count.
        public var length = 5
        /// What an item counts of the next newer one.
        public var decay: Float = 0.7
        /// How many events the popularity counts for.
        public var smoothing: Float = 5
        /// Minutes of training at most; 0 for no limit.
        ///
        /// Counting takes seconds: nothing asks.
        public var minutes = 0.0

        /// The defaults.
        public init() {}

        /// Checks ranges.
        public func validate() throws {
            try SettingRange.check("followUps", followUps, in: 1...10_000)
            try SettingRange.check("length", length, in: 1...1_000)
            try SettingRange.check("decay", decay, in: 0...1)
            try SettingRange.check("smoothing", smoothing, in: 0.001...1_000_000)
            try SettingRange.check("minutes", minutes, in: 0...1_000_000)
        }
    }

    /// The name in settings and in snapshots.
    public static let name = "follow-ups"
    /// One line for `--help`.
    public static let summary = "what is chosen after the newest items"

    /// The settings it was created with.
    public let configuration: Configuration
    private var table: FollowUpTable

    /// Creates an untrained model.
    public init(configuration: Configuration) {
        self.configuration = configuration
        table = FollowUpTable(width: configuration.followUps)
    }

    /// Counts the events of all users.
    public mutating func fit(_ data: TrainingData, session: TrainingSession) throws {
        table = FollowUpTable(width: configuration.followUps)
        table.grow(to: data.itemCount)
        let count = data.histories.userCount
        for user in 0..<count {
            try session.checkCancellation()
            var previous: ItemIndex?
            for item in data.histories[UserIndex(user)].likings.items {
                table.learn(item, after: previous, weight: 1)
                previous = item
            }
        }
        session.report(TrainingProgress(phase: "counting events", completed: count, total: count))
    }

    /// The trained model.
    public func makeScorer() -> any Scorer { FollowUpScorer(table: table, configuration: configuration) }

    /// The scorer that a checkpoint describes.
    public static func restoreScorer(from checkpoint: Checkpoint, configuration: Configuration) throws -> any Scorer {
        let table = try FollowUpTable(from: checkpoint, width: configuration.followUps)
        return FollowUpScorer(table: table, configuration: configuration)
    }

    /// A learner that goes on counting.
    public static func makeOnlineLearner(
        from scorer: any Scorer,
        configuration: Configuration,
        settings: OnlineLearning.Settings,
        seed: UInt64,
        pool: ThreadPool
    ) throws -> any OnlineLearner {
        guard let scorer = scorer as? FollowUpScorer else {
            throw FreshetError(.usage, "The model is no '\(name)': it cannot be learned further as one.")
        }
        return FollowUpLearner(scorer)
    }
}
