import FreshetCore
import FreshetData
import Synchronization

/// Who dealt with each item last: where to look for users who are alike, or to whom an item may appeal, without looking
/// at everybody.
final class RecentAudience: Sendable {
    /// The number of newest users that are known of an item.
    static let usersPerItem = 32

    /// The users of an item, the newest last.
    private let users = Mutex<[[Int32]]>([])

    /// Takes in events in the order of the log.
    func append(_ events: some Sequence<LoggedEvent>) {
        users.withLock { users in
            for event in events {
                while users.count <= event.item.position { users.append([]) }
                let user = event.user.rawValue
                users[event.item.position].removeAll { $0 == user }
                if users[event.item.position].count == Self.usersPerItem { users[event.item.position].removeFirst() }
                users[event.item.position].append(user)
            }
        }
    }

    /// Forgets a user in what is known of some items.
    func forget(_ user: UserIndex, of items: some Sequence<ItemIndex>) {
        users.withLock { users in
            for item in items where item.position < users.count {
                users[item.position].removeAll { $0 == user.rawValue }
            }
        }
    }

    /// Takes what one user did with some items for another's.
    func join(_ former: UserIndex, to user: UserIndex, of items: some Sequence<ItemIndex>) {
        users.withLock { users in
            for item in items where item.position < users.count {
                guard let place = users[item.position].lastIndex(of: former.rawValue) else { continue }
                // Of the two the later counts.
                if let own = users[item.position].lastIndex(of: user.rawValue) {
                    users[item.position][max(place, own)] = user.rawValue
                    users[item.position].remove(at: min(place, own))
                } else {
                    users[item.position][place] = user.rawValue
                }
            }
        }
    }

    /// Adds up what items say for each of their users.
    ///
    /// - Parameter items: items and what each says.
    /// - Returns: the users of any, those for whom most is said first.
    func users(of items: some Sequence<(item: ItemIndex, weight: Float)>) -> [(user: UserIndex, weight: Float)] {
        var weights: [Int32: Float] = [:]
        users.withLock { users in
            for (item, weight) in items where item.position < users.count {
                for user in users[item.position] { weights[user, default: 0] += weight }
            }
        }
        return weights.map { (UserIndex(rawValue: $0.key), $0.value) }
            .sorted { ($1.weight, $0.user) < ($0.weight, $1.user) }
    }
}
