/// What a key may do.
public enum Right: String, Sendable, Codable, CaseIterable, Comparable {
    /// Ask: recommendations, the catalogue, the state, metrics.
    case read
    /// Tell: events, items and users, and take them away.
    case write
    /// Decide: promote and roll back versions, make and revoke keys, see settings. Holds the other two.
    case admin

    /// Orders from the weakest.
    public static func < (left: Right, right: Right) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .read: 0
        case .write: 1
        case .admin: 2
        }
    }
}
