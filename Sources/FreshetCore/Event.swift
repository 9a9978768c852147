/// One thing that a user did to an item, or a text that they looked for.
public struct Event: Sendable, Equatable, Codable {
    /// The external id of the user.
    public var user: String
    /// The external id of the item; empty for a search.
    public var item: String
    /// What was done.
    public var type: EventType
    /// How much of it: a rating, a quantity, a dwell time.
    ///
    /// `nil` where the type says it all.
    public var value: Float?
    /// What it leaves of its price, for a conversion; `nil` where the catalogue says that, or nobody.
    public var profit: Double?
    /// When; `nil` where only the order is known.
    public var time: Timestamp?
    /// The event's own id, for idempotent delivery.
    public var id: String?
    /// The `recommendation_id` of the answer that the event is feedback on, if any.
    public var recommendationID: String?
    /// The id of the session that it belongs to; `nil` where only the gaps between events part sessions.
    public var session: String?
    /// What the user looked for, in a search: it names no item.
    public var text: String?

    enum CodingKeys: String, CodingKey {
        case user, item, type, value, profit, time, id, session, text
        case recommendationID = "recommendation_id"
    }

    /// Creates an event.
    public init(
        user: String,
        item: String,
        type: EventType = .view,
        value: Float? = nil,
        profit: Double? = nil,
        time: Timestamp? = nil,
        id: String? = nil,
        recommendationID: String? = nil,
        session: String? = nil
    ) {
        self.user = user
        self.item = item
        self.type = type
        self.value = value
        self.profit = profit
        self.time = time
        self.id = id
        self.recommendationID = recommendationID
        self.session = session
    }

    /// Creates a search.
    public init(
        user: String,
        searching text: String,
        time: Timestamp? = nil,
        id: String? = nil,
        session: String? = nil
    ) {
        self.init(user: user, item: "", type: .search, time: time, id: id, session: session)
        self.text = text
    }

    /// Reads an event; all but user and item may be missing, and the user where there is a session.
    ///
    /// The type is then ``EventType/view``, the user ``visitor(ofSession:)``. Without an item it is a search if it has a text;
    /// beside an item a text says nothing.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let session = try container.decodeIfPresent(String.self, forKey: .session)
        let named = try container.decodeIfPresent(String.self, forKey: .user)
        user = try Self.user(named, orVisitorOf: session) ?? container.decode(String.self, forKey: .user)
        self.session = session
        let type = try container.decodeIfPresent(EventType.self, forKey: .type)
        let item = try container.decodeIfPresent(String.self, forKey: .item) ?? ""
        let text = item.isEmpty ? try container.decodeIfPresent(String.self, forKey: .text) : nil
        if let text, (type ?? .search) == .search {
            (self.item, self.type, self.text) = ("", .search, text)
        } else {
            (self.item, self.type) = (try container.decode(String.self, forKey: .item), type ?? .view)
        }
        id = try container.decodeIfPresent(String.self, forKey: .id)
        recommendationID = try container.decodeIfPresent(String.self, forKey: .recommendationID)
        value = try container.decodeIfPresent(Double.self, forKey: .value).map(Float.init)
        if let value, !value.isFinite {
            throw DecodingError.dataCorruptedError(
                forKey: .value,
                in: container,
                debugDescription: "value out of range"
            )
        }
        // A value that is not such a number says nothing: files have columns of that name that are not ours.
        profit = try? container.decodeIfPresent(Double.self, forKey: .profit)
        if let profit, !Float(profit).isFinite { self.profit = nil }
        time = try container.decodeIfPresent(Timestamp.self, forKey: .time)
    }

    /// The external id of who does or asks something: the user, else the visitor of whom only the session is known.
    public static func user(_ user: String?, orVisitorOf session: String?) -> String? {
        user ?? session.map { visitor(ofSession: $0) }
    }

    /// The external id of a visitor of whom only the session is known: the session's, with a word before a number, which
    /// would be taken for the user of that number.
    public static func visitor(ofSession id: String) -> String {
        let isSigned = id.utf8.first == UInt8(ascii: "-") || id.utf8.first == UInt8(ascii: "+")
        let digits = id.utf8.dropFirst(isSigned ? 1 : 0)
        let isNumber = (1...18).contains(digits.count) && digits.allSatisfy { $0 &- 0x30 < 10 }
        return isNumber ? "session:\(id)" : id
    }
}

/// What a user did: a name such as `view`, `cart` or `purchase`.
///
/// Any name is allowed; the well-known ones are constants.
public struct EventType: RawRepresentable, Hashable, Sendable, Codable, ExpressibleByStringLiteral {
    /// The name.
    public let rawValue: String

    /// Creates a type from its name.
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Creates a type from a literal name.
    public init(stringLiteral value: String) { rawValue = value }

    /// The user looked at the item.
    public static let view: EventType = "view"
    /// The user put the item into a cart.
    public static let cart: EventType = "cart"
    /// The user bought the item.
    public static let purchase: EventType = "purchase"
    /// The user liked the item.
    public static let like: EventType = "like"
    /// The user rated the item; the value is the rating.
    public static let rating: EventType = "rating"
    /// The user looked for a text (``Event/text``).
    public static let search: EventType = "search"
}
