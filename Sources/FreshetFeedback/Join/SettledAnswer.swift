/// What became of an answer, once no feedback can come to it any more.
public struct SettledAnswer: Sendable, Equatable {
    /// The number of its `recommendation_id`.
    let id: UInt64
    /// How many places it has that feedback tells apart.
    public let count: Int
    private let seen: UInt64
    private let clicked: UInt64

    init(_ answer: OpenAnswer) {
        (id, count, seen, clicked) = (answer.id, answer.count, answer.seen, answer.clicked)
    }

    /// Whether a position, from 0, counts as seen.
    public func isSeen(_ position: Int) -> Bool { seen & (1 << UInt64(position)) != 0 }

    /// Whether a position, from 0, was clicked.
    public func isClicked(_ position: Int) -> Bool { clicked & (1 << UInt64(position)) != 0 }
}
