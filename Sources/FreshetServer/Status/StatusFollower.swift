import Hummingbird

/// One client of the status stream: what it was sent, and what it is to be sent next.
///
/// A client that is slow loses nothing: it gets the difference between what it has and what is true by then.
struct StatusFollower: Sendable {
    /// An element whenever something may have to be sent.
    let wakes: AsyncStream<Void>
    private let broadcaster: StatusBroadcaster
    private var sent: StatusDocument?

    init(_ wakes: AsyncStream<Void>, of broadcaster: StatusBroadcaster) {
        self.wakes = wakes
        self.broadcaster = broadcaster
    }

    /// The whole document at first, then what changed, or a comment that keeps the connection open.
    mutating func next() throws -> ByteBuffer {
        guard let sent else {
            let first = try broadcaster.freshDocument()
            sent = first
            return first.whole
        }
        guard let newest = broadcaster.newest, newest.number != sent.number else { return ByteBuffer(string: ":\n\n") }
        self.sent = newest
        return newest.change(since: sent)
    }
}
