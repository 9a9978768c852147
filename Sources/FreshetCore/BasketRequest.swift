/// A question: what goes with these items? The body of `POST /v1/baskets`.
public struct BasketRequest: Sendable, Equatable, Codable {
    /// The external ids of the items that are in the basket, in the order in which they came.
    public var items: [String]
    /// The external id of the user whose basket it is; `nil` for somebody unknown.
    public var user: String?
    /// The id of the session that asks; without a user it is who asks.
    public var session: String?
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
    /// External ids that may not appear.
    public var exclude: [String]?
    /// Whether items that the user has dealt with may appear; the scenario's policy when `nil`.
    public var includeSeen: Bool?
    /// Which details of its items the answer carries.
    public var fields: ItemFields?

    enum CodingKeys: String, CodingKey {
        case items, user, session, count, scenario, place, context, filter, exclude
        case includeSeen = "include_seen"
    }

    /// Creates a request.
    public init(items: [String], user: String? = nil, count: Int? = nil) {
        self.items = items
        self.user = user
        self.count = count
    }
}
