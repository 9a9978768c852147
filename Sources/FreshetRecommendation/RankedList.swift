import FreshetCore
import FreshetModels

/// The pipeline's answer: items, best first.
public struct RankedList: Sendable, Equatable {
    /// The version that the scores come from.
    public var version: ModelVersion
    /// The items, best first.
    public var items: [RankedItem]
    /// The ids of the rules that were in force, with `!` before it of those that the user is left out of.
    public var rules: [String]

    /// Creates a list.
    public init(version: ModelVersion, items: [RankedItem], rules: [String] = []) {
        self.version = version
        self.items = items
        self.rules = rules
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
    /// The events without which it would not be here, when the query asked.
    public var counterfactual: Counterfactual?

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
