import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// The next basket: what a user buys again and again, and what the nearest users buy.
///
/// A history is a row of baskets. Its vector counts every item by basket, later ones more: baskets in groups, decay within
/// a group and between groups. The neighbours of a history are the users whose vectors lie closest to its own, and
///
///     score(i) = repeatWeight · Σ over its baskets with i of repeatDecay^age + (mean of the neighbours' vectors)(i) / s
///
/// with `s` the mean sum of a vector, so that the second term is a share of a basket (TIFU-KNN: Hu, He, Gao and Zhang,
/// "Modeling Personalized Item Frequency Information for Next-basket Recommendation", SIGIR 2020). Departs from the paper in
/// the first term: there it is the history's own vector, which counts the same item less the more baskets there are. A
/// history without likings is told the mean of all users.
public struct NextBasket: Learner {
    /// The settings.
    public struct Configuration: ModelConfiguration {
        /// How far apart, in seconds, two neighbouring events of one basket are at most; 0 is events of one time.
        public var basketGap = 0.0
        /// Into how many groups the baskets of a vector fall.
        public var groups = 7
        /// What a basket counts of the next later one of its group.
        public var basketDecay = 0.9
        /// What a group counts of the next later one.
        public var groupDecay = 0.7
        /// How many of the nearest users speak.
        public var neighbours = 300
        /// What a purchase of one's own counts beside the neighbours' mean.
        public var repeatWeight = 0.0025
        /// What a purchase of one's own counts of the same in the next later basket.
        public var repeatDecay = 0.9

        /// The defaults.
        public init() {}

        /// Checks ranges.
        public func validate() throws {
            try SettingRange.check("basketGap", basketGap, in: 0...1e9)
            try SettingRange.check("groups", groups, in: 1...1_000_000)
            try SettingRange.check("basketDecay", basketDecay, in: 0...1)
            try SettingRange.check("groupDecay", groupDecay, in: 0...1)
            try SettingRange.check("neighbours", neighbours, in: 1...1_000_000)
            try SettingRange.check("repeatWeight", repeatWeight, in: 0...1e6)
            try SettingRange.check("repeatDecay", repeatDecay, in: 0...1)
        }
    }

    /// The name on the command line and in snapshots.
    public static let name = "next-basket"
    /// One line for `--help`.
    public static let summary = "what a user buys again, and what those buy whose baskets are most alike"

    /// Neighbours for the paper's size of data; fewer where there are few users, whose mean would be everybody's.
    public static func recommendedConfiguration(for data: TrainingData) -> Configuration {
        var configuration = Configuration()
        configuration.neighbours = min(configuration.neighbours, max(data.histories.userCount / 4, 1))
        return configuration
    }

    /// The settings it was created with.
    public let configuration: Configuration
    private var vectors = SparseRows(columnCount: 0, offsets: [0], columns: [], values: [])

    /// Creates an untrained model.
    public init(configuration: Configuration) { self.configuration = configuration }

    /// Makes every user's vector; neighbours are found when somebody asks.
    public mutating func fit(_ data: TrainingData, session: TrainingSession) throws {
        try session.checkCancellation()
        let baskets = Baskets(configuration)
        let scratch = ScratchBuffers()
        let itemCount = data.itemCount
        vectors = SparseRows(
            rowCount: data.histories.userCount,
            columnCount: itemCount,
            pool: session.pool,
            sum: { user, sums in
                let history = data.histories[UserIndex(user)]
                scratch.withZeros(itemCount) { zeros in
                    baskets.forEachItem(of: history, zeros: zeros) { item, basket in
                        sums.add(item, basket.vectorWeight)
                    }
                }
            },
            value: { _, _, sum in sum }
        )
        session.report(TrainingProgress(phase: "counting baskets", completed: 1, total: 1))
    }

    /// The trained model.
    public func makeScorer() -> any Scorer { NextBasketScorer(vectors: vectors, configuration: configuration) }

    /// The scorer that a checkpoint describes.
    public static func restoreScorer(from checkpoint: Checkpoint, configuration: Configuration) throws -> any Scorer {
        let items = try checkpoint.numbers("items", of: Int32.self, shape: [1])[0]
        guard items >= 0 else { throw FreshetError(.invalidData, "Array 'items' says \(items) items.") }
        let vectors = try SparseRows(from: checkpoint, named: "vectors", columnCount: Int(items))
        return NextBasketScorer(vectors: vectors, configuration: configuration)
    }
}
