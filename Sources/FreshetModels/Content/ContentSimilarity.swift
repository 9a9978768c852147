import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// How like an item is to what the user chose last, by what is said of it: nothing is learned from events.
///
/// The score of an item is the cosine of its vector with the decayed sum of those of the last events. Alone it is weak; in a
/// ``Hybrid`` it knows what counts cannot, above all of items that few have chosen yet, or nobody.
public struct ContentSimilarity: Learner {
    /// The settings.
    public struct Configuration: ModelConfiguration {
        /// The numbers of an item's vector.
        public var width = 128
        /// How much of the spread along each axis is divided out, 0 to 1.
        public var whitening = 0.5
        /// Which of a user's events are asked about, and how they are weighted.
        public var query = HistoryQuery(length: 10, decay: 0.7)

        /// The defaults.
        public init() {}

        /// Checks ranges.
        public func validate() throws {
            try SettingRange.check("width", width, in: 1...4096)
            try SettingRange.check("whitening", whitening, in: 0...1)
            try query.validate()
        }
    }

    /// The name on the command line and in snapshots.
    public static let name = "content"
    /// Reads the catalogue.
    public static let needsContent = true
    /// One line for `--help`.
    public static let summary = "how like items are to the last ones by their titles and details; needs --catalogue"

    /// The settings it was created with.
    public let configuration: Configuration
    private var scorer: ContentScorer?

    /// Creates an untrained model.
    public init(configuration: Configuration) { self.configuration = configuration }

    /// Brings the items' vectors into a space where directions count alike.
    public mutating func fit(_ data: TrainingData, session: TrainingSession) throws {
        guard let content = data.content else { throw Self.nothingToRead(Self.name) }
        try session.checkCancellation()
        let chosen = data.chosenItems
        let space = ContentSpace(
            content,
            width: configuration.width,
            power: configuration.whitening,
            isFitted: { chosen[$0] }
        )
        scorer = ContentScorer(vectors: space.vectors, width: space.width, query: configuration.query)
        session.report(TrainingProgress(phase: "reading items", completed: 1, total: 1))
    }

    /// What is wrong with data of which nothing is said.
    static func nothingToRead(_ model: String) -> FreshetError {
        FreshetError(
            .usage,
            "The model \(model) reads what is said of the items, and nothing is.",
            remedy: "Give titles or texts with --catalogue FILE."
        )
    }

    /// The trained model.
    public func makeScorer() -> any Scorer {
        guard let scorer else { preconditionFailure("makeScorer() before fit()") }
        return scorer
    }

    /// The scorer that a checkpoint describes.
    public static func restoreScorer(from checkpoint: Checkpoint, configuration: Configuration) throws -> any Scorer {
        let vectors = try checkpoint.numbers("vectors", of: Float.self, shape: [nil, configuration.width])
        guard vectors.allSatisfy(\.isFinite), !vectors.isEmpty else {
            throw FreshetError(.invalidData, "Array 'vectors' is empty or holds a number that is not finite.")
        }
        return ContentScorer(vectors: vectors, width: configuration.width, query: configuration.query)
    }
}

extension TrainingData {
    /// Which items the events to learn from like.
    var chosenItems: [Bool] {
        var chosen = [Bool](repeating: false, count: itemCount)
        for item in histories.likings.items { chosen[item.position] = true }
        return chosen
    }
}
