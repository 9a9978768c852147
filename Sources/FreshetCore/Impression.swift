/// What was shown to somebody: the answer to a request, kept so that feedback can be joined to it.
public struct Impression: Sendable, Equatable, Codable {
    /// The `recommendation_id` that went out with the answer and comes back with feedback.
    public var id: String
    /// The external id of the user; `nil` for an anonymous session.
    public var user: String?
    /// When, in milliseconds since 1970.
    public var time: Int64
    /// The version that answered.
    public var model: ModelVersion
    /// The place in the product that asked, such as `home`.
    public var scenario: String?
    /// The experiment and its variant that answered, such as `ranker:new`; several between commas.
    public var variant: String?
    /// The ids of the rules that were in force, with `!` before it of those that the user is left out of.
    public var rules: [String]
    /// The segments that the user was in, in the order of their ids.
    public var segments: [String]
    /// Which variant put each item there, by its place in the experiment, where several answered together.
    public var teams: [UInt8]?
    /// How long the answer took, in milliseconds.
    public var latency: Float?
    /// What the request said of its moment, such as the device; empty where it said nothing.
    public var context: [String: AttributeValue]
    /// The items in the order shown.
    public var items: [ShownItem]

    /// One place of an impression.
    public struct ShownItem: Sendable, Equatable, Codable {
        /// The external id.
        public var item: String
        /// The score that placed it.
        public var score: Float
        /// The probability with which the policy showed it here: 1 where nothing was drawn at random.
        public var propensity: Float

        /// Creates a place.
        public init(item: String, score: Float, propensity: Float = 1) {
            self.item = item
            self.score = score
            self.propensity = propensity
        }
    }

    /// Creates an impression.
    public init(
        id: String,
        user: String?,
        time: Int64,
        model: ModelVersion,
        scenario: String? = nil,
        variant: String? = nil,
        rules: [String] = [],
        segments: [String] = [],
        teams: [UInt8]? = nil,
        latency: Float? = nil,
        context: [String: AttributeValue] = [:],
        items: [ShownItem]
    ) {
        self.id = id
        self.user = user
        self.time = time
        self.model = model
        self.scenario = scenario
        self.variant = variant
        self.rules = rules
        self.segments = segments
        self.teams = teams
        self.latency = latency
        self.context = context
        self.items = items
    }
}
