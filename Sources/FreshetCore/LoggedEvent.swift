/// An event as the log keeps it: numbered, and its external ids replaced by dense numbers.
public struct LoggedEvent: Sendable, Equatable {
    /// Its place in the log, from 1, without gaps in time order of acknowledgement.
    public var offset: Int64
    /// The user.
    public var user: UserIndex
    /// The item.
    public var item: ItemIndex
    /// The type, as a number of the log's vocabulary.
    public var type: UInt8
    /// The value; `.nan` where the event has none.
    public var value: Float
    /// When it happened; the time of its arrival where the sender gave none.
    public var time: Timestamp
    /// When it was received, in milliseconds since 1970: what freshness is measured from.
    public var received: Int64
    /// What it says of the item (``EventMeanings``): above 0 a liking, below 0 a dislike, 0 nothing, `.nan` that an
    /// earlier liking is taken back.
    public var weight: Float
    /// The session that it belongs to, where one was named.
    public var session: SessionTag

    /// Creates a logged event.
    public init(
        offset: Int64,
        user: UserIndex,
        item: ItemIndex,
        type: UInt8,
        value: Float = .nan,
        time: Timestamp,
        received: Int64 = 0,
        weight: Float = 1,
        session: SessionTag = .none
    ) {
        self.offset = offset
        self.user = user
        self.item = item
        self.type = type
        self.value = value
        self.time = time
        self.received = received
        self.weight = weight
        self.session = session
    }
}
