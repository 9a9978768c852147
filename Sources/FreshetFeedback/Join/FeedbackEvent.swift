/// What a user did, as feedback reads it.
public struct FeedbackEvent: Sendable, Equatable {
    /// The user.
    public var user: String
    /// The item.
    public var item: String
    /// The type's name.
    public var type: String
    /// How much of it: a price, a satisfaction.
    public var value: Double?
    /// What is left of it, for a conversion: its own profit, else its item's; `nil` where neither is known.
    public var profit: Double?
    /// When it happened, in milliseconds since 1970.
    public var time: Int64
    /// When it was received, in milliseconds since 1970.
    public var received: Int64
    /// The answer that it is feedback on, if it says so.
    public var recommendationID: String?

    /// Creates an event.
    public init(
        user: String,
        item: String,
        type: String,
        value: Double? = nil,
        profit: Double? = nil,
        time: Int64,
        received: Int64? = nil,
        recommendationID: String? = nil
    ) {
        self.user = user
        self.item = item
        self.type = type
        self.value = value
        self.profit = profit
        self.time = time
        self.received = received ?? time
        self.recommendationID = recommendationID
    }
}
