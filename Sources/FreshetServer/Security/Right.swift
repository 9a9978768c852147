/// What a key may do.
public enum Right: String, Sendable, Codable, CaseIterable, Comparable {
    /// Send events: ask nothing, take nothing away. Such a key may stand in a web page.
    case events
    /// Ask: recommendations, the catalogue, the state, metrics.
    case read
    /// Tell: events, items and users, and take them away. Holds `events`.
    case write
    /// Decide: promote and roll back versions, make and revoke keys, see settings. Holds all others.
    case admin

    /// Orders from the weakest.
    public static func < (left: Right, right: Right) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .events: 0
        case .read: 1
        case .write: 2
        case .admin: 3
        }
    }

    /// The rights in words, for messages.
    package static let list = "events, read, write and admin"
}
