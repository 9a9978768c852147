import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// What follows what, read: an item also speaks for those that are like its followers by their texts.
///
/// ``CoVisitation`` never names an item that nobody chose, and a rare one seldom. Here its counts `C` are spread over what is
/// alike,
///
///     C · (I + L)    with L[i, j] = cos(i, j)^sharpness for the nearest neighbours j of i, else 0
///
/// so that a new item follows what its likes follow. In a ``Hybrid`` it stands beside the plain counts, which know better
/// where there are many. Spreading what comes before as well, `(I + L)ᵀ · C · (I + L)`, was
/// better on the validation events of one shop and worse on another's.
public struct ContentCoVisitation: Learner {
    /// The settings.
    public struct Configuration: ModelConfiguration {
        /// How pairs are counted; of an item no more followers are kept than are worth spreading.
        public var counts: CoVisitation.Configuration = {
            var counts = CoVisitation.Configuration()
            counts.neighbours = 200
            return counts
        }()
        /// How many items like one another speak for it, at most 20.
        public var likes = 20
        /// The power of the cosine that an item like another counts: the higher, the less for those that are not very like.
        public var sharpness = 2.0
        /// How many of an item's followers are kept after spreading.
        public var neighbours = 500
        /// The numbers of an item's vector.
        public var width = 128
        /// How much of the spread along each axis of the content is divided out, 0 to 1.
        public var whitening = 0.5

        /// The defaults.
        public init() {}

        /// Checks ranges.
        public func validate() throws {
            try counts.validate()
            try SettingRange.check("likes", likes, in: 0...NeighbourChunk.length)
            try SettingRange.check("sharpness", sharpness, in: 0...100)
            try SettingRange.check("neighbours", neighbours, in: 1...1_000_000)
            try SettingRange.check("width", width, in: 1...4096)
            try SettingRange.check("whitening", whitening, in: 0...1)
        }
    }

    /// The name on the command line and in snapshots.
    public static let name = "content-co-visitation"
    /// Reads the catalogue.
    public static let needsContent = true
    /// One line for `--help`.
    public static let summary = "what follows what, and what is like that by its texts; needs --catalogue"

    /// Counts as suit the size of the data.
    public static func recommendedConfiguration(for data: TrainingData) -> Configuration {
        var configuration = Configuration()
        let neighbours = configuration.counts.neighbours
        configuration.counts = CoVisitation.recommendedConfiguration(for: data)
        configuration.counts.neighbours = neighbours
        return configuration
    }

    /// The settings it was created with.
    public let configuration: Configuration
    private var followers = SparseRows(columnCount: 0, offsets: [0], columns: [], values: [])

    /// Creates an untrained model.
    public init(configuration: Configuration) { self.configuration = configuration }

    /// Counts, and spreads the counts over items that are like by their content.
    public mutating func fit(_ data: TrainingData, session: TrainingSession) throws {
        guard let content = data.content else { throw ContentSimilarity.nothingToRead(Self.name) }
        var counts = CoVisitation(configuration: configuration.counts)
        try counts.fit(data, session: session)
        let likes = likes(content, data, session.pool)
        try session.checkCancellation()
        followers = SparseRows(
            rowCount: data.itemCount,
            columnCount: data.itemCount,
            keep: configuration.neighbours,
            pool: session.pool,
            sum: { item, sums in
                counts.counts.forEach(of: item) { follower, count in
                    likes.forEach(of: follower) { sums.add($0, count * $1) }
                }
            },
            value: { _, _, sum in sum }
        )
        session.report(TrainingProgress(phase: "spreading counts", completed: 1, total: 1))
    }

    /// `I + L`.
    private func likes(_ content: ItemContent, _ data: TrainingData, _ pool: ThreadPool) -> SparseRows {
        let chosen = data.chosenItems
        let space = ContentSpace(
            content,
            width: configuration.width,
            power: configuration.whitening,
            isFitted: { chosen[$0] }
        )
        let vectors = ItemVectors(encoder: content.encoder, width: space.width)
            .replacing((0..<data.itemCount).map { ItemIndex($0) }, with: space.vectors, on: pool)
        let sharpness = Float(configuration.sharpness)
        return SparseRows(
            rowCount: data.itemCount,
            columnCount: data.itemCount,
            pool: pool,
            sum: { item, sums in
                sums.add(item, 1)
                vectors.forEachNeighbour(of: item, configuration.likes) { neighbour, likeness in
                    sums.add(Int(neighbour), exponential(sharpness * logarithm(likeness)))
                }
            },
            value: { _, _, sum in sum }
        )
    }

    /// The trained model.
    public func makeScorer() -> any Scorer {
        ItemToItemScorer(neighbours: followers, query: configuration.counts.query)
    }

    /// The scorer that a checkpoint describes.
    public static func restoreScorer(from checkpoint: Checkpoint, configuration: Configuration) throws -> any Scorer {
        try ItemToItemScorer(from: checkpoint, query: configuration.counts.query)
    }
}
