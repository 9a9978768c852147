#if PostgreSQL
import FreshetCore
import FreshetData

/// A row of `note`: what a transaction changed beside the log and the names, for who follows.
struct ChangeNote: Sendable, Hashable {
    /// What changed, as the table has it: a released number keeps its meaning.
    enum Kind: Int16, Sendable {
        case item = 1
        case profile = 2
        case setting = 3
        case searches = 4
        case events = 5
        case versions = 6
    }

    var kind: Kind
    /// An external id, a setting's name, or a user's number; empty where the kind says it all.
    var key: String

    static func item(_ id: String) -> ChangeNote { ChangeNote(kind: .item, key: id) }
    static func profile(_ id: String) -> ChangeNote { ChangeNote(kind: .profile, key: id) }
    static func setting(_ name: String) -> ChangeNote { ChangeNote(kind: .setting, key: name) }
    static func searches(of user: UserIndex) -> ChangeNote { ChangeNote(kind: .searches, key: "\(user.rawValue)") }
    static func events(of user: UserIndex) -> ChangeNote { ChangeNote(kind: .events, key: "\(user.rawValue)") }
    static let versions = ChangeNote(kind: .versions, key: "")

    /// What is to be read again; `nil` for a kind that only a newer Freshet knows.
    static func change(kind: Int64, key: String) -> StoreChange? {
        guard let kind = Int16(exactly: kind).flatMap(Kind.init(rawValue:)) else { return nil }
        return switch kind {
        case .item: .item(key)
        case .profile: .profile(key)
        case .setting: .setting(key)
        case .searches: Int(key).map { .searches(UserIndex($0)) }
        case .events: Int(key).map { .events(UserIndex($0)) }
        case .versions: .versions
        }
    }
}
#endif
