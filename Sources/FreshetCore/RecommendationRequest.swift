/// A question: what does this user want next? The body of `POST /v1/recommendations`.
public struct RecommendationRequest: Sendable, Equatable, Codable {
    /// The external id of the user; `nil` for an anonymous session.
    public var user: String?
    /// The id of the session that asks; without a user it is who asks.
    public var session: String?
    /// Events of the session that the log does not know; their `user` may be left out.
    public var events: [SessionEvent]?
    /// How many items are wanted.
    public var count: Int?
    /// The place in the product that asks; settings may differ by scenario.
    public var scenario: String?
    /// Where it is asked from; distances are measured from there.
    public var place: Place?
    /// What is known of the moment, such as the device; kept with the answer, so that what learns from clicks knows it.
    public var context: [String: AttributeValue]?
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
    /// Whether to say of each item without which of the user's events it would not be there; costs many lists.
    public var counterfactual: Bool?
    /// Which details of its items the answer carries.
    public var fields: ItemFields?
    /// The ``Recommendation/next`` of the page before: what earlier pages showed does not come again.
    public var cursor: String?

    enum CodingKeys: String, CodingKey {
        case user, session, events, count, scenario, place, context, filter, exclude, diversity, explain, cursor
        case counterfactual
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
    ///
    /// Events are taken in the order of their times, those of one moment in the order of the request.
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
    /// The external id of the user who asks; `nil` for an anonymous session.
    public var user: String?
    /// The id of the session that asks; without a user it is who asks.
    public var session: String?
    /// Events of the session that the log does not know.
    public var events: [SessionEvent]?
    /// The external ids to order.
    public var items: [String]
    /// How many of them are wanted; all when left out.
    public var count: Int?
    /// The place in the product that asks.
    public var scenario: String?
    /// Where it is asked from; distances are measured from there.
    public var place: Place?
    /// What is known of the moment, such as the device; kept with the answer, so that what learns from clicks knows it.
    public var context: [String: AttributeValue]?
    /// Which of them may appear.
    public var filter: ItemFilter?
    /// Whether to say why.
    public var explain: Bool?
    /// Which details of its items the answer carries.
    public var fields: ItemFields?

    enum CodingKeys: String, CodingKey {
        case user, session, events, items, count, scenario, place, context, filter, explain
    }

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
    /// The id of the session that asks; without a user it is who asks.
    public var session: String?
    /// Events of the session that the log does not know.
    public var events: [SessionEvent]?
    /// How many items are wanted.
    public var count: Int?
    /// The place in the product that asks.
    public var scenario: String?
    /// Where it is asked from; distances are measured from there.
    public var place: Place?
    /// What is known of the moment, such as the device; kept with the answer, so that what learns from clicks knows it.
    public var context: [String: AttributeValue]?
    /// Which items may appear.
    public var filter: ItemFilter?
    /// Which details of its items the answer carries.
    public var fields: ItemFields?
    /// Whether to keep the search, as if the user had sent it as an event; not unless asked.
    public var record: Bool?

    enum CodingKeys: String, CodingKey {
        case query, user, session, events, count, scenario, place, context, filter, record
    }

    /// Creates a request.
    public init(query: String, user: String? = nil, events: [SessionEvent]? = nil, count: Int? = nil) {
        self.query = query
        self.user = user
        self.events = events
        self.count = count
    }
}

/// A question for a list that is nobody's own unless it names a user: similar and popular items.
public struct ListRequest: Sendable, Equatable {
    /// How many items are wanted.
    public var count: Int?
    /// The external id of the user whose list it is.
    public var user: String?
    /// The place in the product that asks.
    public var scenario: String?
    /// Where it is asked from; distances are measured from there.
    public var place: Place?
    /// Which items may appear.
    public var filter: ItemFilter?
    /// Which details of its items the answer carries.
    public var fields: ItemFields?

    /// Creates a request.
    public init(count: Int? = nil, user: String? = nil, filter: ItemFilter? = nil) {
        self.count = count
        self.user = user
        self.filter = filter
    }
}

/// What items are sorted under: categories, tags, or the values of an attribute such as `brand`.
public enum LabelKind: Sendable, Hashable {
    case categories
    case tags
    /// The values of an attribute that is a text or texts.
    case attribute(String)

    /// Reads `categories`, `tags` or `attributes.NAME`; `nil` for anything else.
    public init?(_ text: String) {
        let prefix = "attributes."
        switch text {
        case "categories": self = .categories
        case "tags": self = .tags
        default:
            guard text.hasPrefix(prefix), text.utf8.count > prefix.utf8.count else { return nil }
            self = .attribute(String(text.dropFirst(prefix.count)))
        }
    }
}

/// A category, a tag or an attribute's value that suits a user.
public struct RecommendedLabel: Sendable, Equatable, Codable {
    /// Its text.
    public var name: String
    /// The share of the user's best items that have it, better places counting more.
    public var score: Float
    /// External ids of the best items that have it, best first.
    public var items: [String]

    /// Creates a label.
    public init(name: String, score: Float, items: [String]) {
        self.name = name
        self.score = score
        self.items = items
    }
}

/// An answer: items, best first.
public struct Recommendation: Sendable, Equatable, Codable {
    /// What feedback names as its `recommendation_id`.
    public var id: String
    /// The version that answered.
    public var model: ModelVersion
    /// The experiment and its variant that answered, where one runs.
    public var variant: String?
    /// The items, best first.
    public var items: [RecommendedItem]
    /// What the next page is asked for with; `nil` where there is none.
    public var next: String?

    enum CodingKeys: String, CodingKey {
        case id = "recommendation_id"
        case model, variant, items, next
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
    /// The events without which it would not be here, when the request asked.
    public var counterfactual: Counterfactual?
    /// What is known of the item, as far as the request asked; `nil` where it did not, or nothing is known.
    public var details: Item?

    enum CodingKeys: String, CodingKey {
        case id, score, reasons
        case counterfactual = "because_without"
    }

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
