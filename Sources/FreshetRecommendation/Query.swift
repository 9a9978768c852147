import FreshetCore
import FreshetData
import FreshetModels

/// A request in dense numbers: what the pipeline is asked.
public struct Query: Sendable {
    /// The user, or `nil` for an anonymous session and for one who was never seen.
    public var user: UserIndex?
    /// The user's newest events and those of the session, oldest first; times and types are given, values may be.
    public var history: History
    /// The session that asks, where it is named.
    public var session = SessionTag.none
    /// Where the request asks from, if it says so.
    public var place: Place?
    /// What is known of the user beside events, among the vectors of the items' texts.
    public var likes = TextVector.none
    /// What the user looked for lately.
    public var searched = RecentSearch.none
    /// How many items are wanted.
    public var count: Int
    /// Now, in seconds since 1970.
    public var time: Int64
    /// The only items that may appear, for rankings; everything may when `nil`.
    public var candidates: [ItemIndex]?
    /// Which items may appear.
    public var filter: ItemFilter?
    /// The attributes of the user that filters compare with; others need not be here.
    public var userAttributes: [String: AttributeValue] = [:]
    /// Items that may not appear.
    public var excluded: Set<ItemIndex>
    /// The place in the product that asks.
    public var scenario: String?
    /// The item that the question is about, if it is about one; rules may be bound to it.
    public var item: ItemIndex?
    /// The ids of rules that are in force for this question although they are switched off: those of a variant.
    public var rules: Set<String> = []
    /// The settings of the policies, where an experiment has others than the scenario.
    public var policies: PolicyConfiguration?
    /// The experiment and its variant that the answer is of: other variants' answers are not given again for it.
    public var variant: String?
    /// Whether a fixed version answers, whichever is live.
    public var isPinned = false
    /// Whether items that the user has dealt with may appear; the scenario's policy when `nil`.
    public var includeSeen: Bool?
    /// From 0, best first, to 1, as different and as little known as possible; the scenario's setting when `nil`.
    public var diversity: Double?
    /// Whether to say why.
    public var explains: Bool
    /// How far to look for the events that each item needs; `nil` where nobody asks, because it costs many lists.
    public var counterfactuals: CounterfactualLimits?
    /// What the draws of the exploring policies are seeded with; the same query with the same seed has the same answer.
    public var seed: UInt64

    /// Creates a query for a history.
    public init(
        user: UserIndex? = nil,
        history: History = History(items: []),
        count: Int = 10,
        time: Int64,
        candidates: [ItemIndex]? = nil,
        filter: ItemFilter? = nil,
        excluded: Set<ItemIndex> = [],
        scenario: String? = nil,
        includeSeen: Bool? = nil,
        diversity: Double? = nil,
        explains: Bool = false,
        seed: UInt64 = 0
    ) {
        self.user = user
        self.history = history
        self.count = count
        self.time = time
        self.candidates = candidates
        self.filter = filter
        self.excluded = excluded
        self.scenario = scenario
        self.includeSeen = includeSeen
        self.diversity = diversity
        self.explains = explains
        self.seed = seed
    }
}
