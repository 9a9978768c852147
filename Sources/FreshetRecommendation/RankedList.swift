import FreshetCore

/// The pipeline's answer: items, best first.
public struct RankedList: Sendable, Equatable {
    /// The version that the scores come from.
    public var version: ModelVersion
    /// The items, best first.
    public var items: [RankedItem]

    /// Creates a list.
    public init(version: ModelVersion, items: [RankedItem]) {
        self.version = version
        self.items = items
    }
}

/// One place of a list.
public struct RankedItem: Sendable, Equatable {
    /// The item.
    public var item: ItemIndex
    /// The fused score that the policies worked on; comparable within one list only.
    public var score: Float
    /// The probability with which the policies showed it here: 1 where nothing was drawn at random.
    public var propensity: Float
    /// Which sources proposed it.
    public var sources: CandidateSources
    /// Why, when the query asked, strongest first; the weights sum to at most 1.
    public var reasons: [Reason]

    /// Creates a place.
    public init(
        item: ItemIndex,
        score: Float,
        propensity: Float = 1,
        sources: CandidateSources = [],
        reasons: [Reason] = []
    ) {
        self.item = item
        self.score = score
        self.propensity = propensity
        self.sources = sources
        self.reasons = reasons
    }
}

/// Which sources proposed a candidate.
public struct CandidateSources: OptionSet, Sendable, Hashable {
    /// One bit a source.
    public let rawValue: UInt16

    /// Creates a set from its bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The trained model.
    public static let model = CandidateSources(rawValue: 1 << 0)
    /// What is popular now.
    public static let popularity = CandidateSources(rawValue: 1 << 1)
    /// What goes together with the user's items.
    public static let coVisitation = CandidateSources(rawValue: 1 << 2)
    /// What the user dealt with before.
    public static let history = CandidateSources(rawValue: 1 << 3)
    /// What resembles the user's items by words and categories.
    public static let content = CandidateSources(rawValue: 1 << 4)
    /// What is new and resembles the user's items.
    public static let newItems = CandidateSources(rawValue: 1 << 5)
    /// A scan over everything that a filter lets through.
    public static let scan = CandidateSources(rawValue: 1 << 6)
    /// The caller.
    public static let caller = CandidateSources(rawValue: 1 << 7)
}
