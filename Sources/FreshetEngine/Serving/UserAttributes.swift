import FreshetCore
import FreshetRecommendation
import Synchronization

/// The attributes of the users who asked last, in memory: what filters compare with.
final class UserAttributes: Sendable {
    private struct State {
        var cache: BoundedCache<String, [String: AttributeValue]>
        /// How often attributes changed: what was read before a change is not kept after it.
        var changes = 0
    }

    private let state: Mutex<State>
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = max(capacity, 1)
        state = Mutex(State(cache: BoundedCache(capacity: self.capacity)))
    }

    /// The attributes of a user, read once.
    func attributes(
        of user: String,
        read: () async throws -> [String: AttributeValue]
    ) async rethrows -> [String: AttributeValue] {
        let (known, changes) = state.withLock { ($0.cache.value(for: user), $0.changes) }
        if let known { return known }
        let attributes = try await read()
        state.withLock { if $0.changes == changes { $0.cache.set(attributes, for: user) } }
        return attributes
    }

    /// Forgets users whose attributes changed.
    func forget(_ users: some Sequence<String>) {
        state.withLock { state in
            state.changes += 1
            for user in users { state.cache.remove(user) }
        }
    }

    /// Forgets all of them.
    func forgetAll() {
        state.withLock { state in
            state.changes += 1
            state.cache = BoundedCache(capacity: capacity)
        }
    }
}
