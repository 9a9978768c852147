/// A question: what does this user want next? The body of `POST /v1/recommendations`.
public struct RecommendationRequest: Sendable, Equatable, Codable {
    /// The external id of the user; `nil` for an anonymous session.
    public var user: String?
    /// Events of the session that the log does not know, oldest first; their `user` may be left out.
    public var events: [SessionEvent]?
    /// How many items are wanted.
    public var count: Int?
    /// The place in the product that asks; settings may differ by scenario.
    public var scenario: String?
    /// Which items may appear.
    public var filter: ItemFilter?
    /// External ids that may not appear.
    public var exclude: [String]?
    /// Whether items that the user has dealt with may appear; the scenario's policy when `nil`.
    public var includeSeen: Bool?
    /// From 0, best first, to 1, as different and as little known as possible; the scenario's setting when `nil`.
    public var diversity: Double?
    /// Whether to say why.
    public var explain: Bool?

    enum CodingKeys: String, CodingKey {
        case user, events, count, scenario, filter, exclude, diversity, explain
        case includeSeen = "include_seen"
    }

    /// Creates a request.
    public init(user: String? = nil, events: [SessionEvent]? = nil, count: Int? = nil) {
        self.user = user
        self.events = events
        self.count = count
    }
}

/// One event of an anonymous session, carried by the request.
public struct SessionEvent: Sendable, Equatable, Codable {
    /// The external id of the item.
    public var item: String
    /// What was done; a view when left out.
    public var type: EventType?
    /// When; now when left out.
    public var time: Timestamp?

    /// Creates an event.
    public init(item: String, type: EventType? = nil, time: Timestamp? = nil) {
        self.item = item
        self.type = type
        self.time = time
    }
}

/// A question: in which order does this user want these items? The body of `POST /v1/rankings`.
public struct RankingRequest: Sendable, Equatable, Codable {
    /// Who asks, and what for; its `count`, `filter` and `exclude` hold here too.
    public var user: String?
    /// Events of the session that the log does not know, oldest first.
    public var events: [SessionEvent]?
    /// The external ids to order.
    public var items: [String]
    /// How many of them are wanted; all when left out.
    public var count: Int?
    /// The place in the product that asks.
    public var scenario: String?
    /// Whether to say why.
    public var explain: Bool?

    /// Creates a request.
    public init(user: String? = nil, events: [SessionEvent]? = nil, items: [String]) {
        self.user = user
        self.events = events
        self.items = items
    }
}

/// A question: which items does this text look for? The body of `POST /v1/search`.
public struct SearchRequest: Sendable, Equatable, Codable {
    /// The text.
    public var query: String
    /// The external id of who asks; `nil` for somebody unknown.
    public var user: String?
    /// Events of the session that the log does not know, oldest first.
    public var events: [SessionEvent]?
    /// How many items are wanted.
    public var count: Int?
    /// The place in the product that asks.
    public var scenario: String?
    /// Which items may appear.
    public var filter: ItemFilter?

    /// Creates a request.
    public init(query: String, user: String? = nil, events: [SessionEvent]? = nil, count: Int? = nil) {
        self.query = query
        self.user = user
        self.events = events
        self.count = count
    }
}

/// An answer: items, best first.
public struct Recommendation: Sendable, Equatable, Codable {
    /// What feedback names as its `recommendation_id`.
    public var id: String
    /// The version that answered.
    public var model: ModelVersion
    /// The items, best first.
    public var items: [RecommendedItem]

    enum CodingKeys: String, CodingKey {
        case id = "recommendation_id"
        case model, items
    }

    /// Creates an answer.
    public init(id: String, model: ModelVersion, items: [RecommendedItem]) {
        self.id = id
        self.model = model
        self.items = items
    }
}

/// One item of an answer.
public struct RecommendedItem: Sendable, Equatable, Codable {
    /// The external id.
    public var id: String
    /// The score that placed it; comparable within one answer only.
    public var score: Float
    /// Why, when the request asked, strongest first.
    public var reasons: [Reason]?

    /// Creates an item.
    public init(id: String, score: Float, reasons: [Reason]? = nil) {
        self.id = id
        self.score = score
        self.reasons = reasons
    }
}

/// One cause of a recommendation.
public struct Reason: Sendable, Equatable, Codable {
    /// The cause in words, such as "because you bought WHITE HANGING HEART".
    public var text: String
    /// The external id of the user's own event's item that carried it, where one did.
    public var item: String?
    /// Its share of the score, 0 to 1.
    public var weight: Float

    /// Creates a reason.
    public init(text: String, item: String? = nil, weight: Float) {
        self.text = text
        self.item = item
        self.weight = weight
    }
}
