/// A search as the store keeps it, beside the log's events: it says nothing of any one item, so none learns from it as from an
/// event, and it has no offset of the log.
public struct LoggedSearch: Sendable, Equatable {
    /// The user.
    public var user: UserIndex
    /// What they looked for.
    public var text: String
    /// When; the time of its arrival where the sender gave none.
    public var time: Timestamp

    /// Creates a search.
    public init(user: UserIndex, text: String, time: Timestamp) {
        self.user = user
        self.text = text
        self.time = time
    }
}
