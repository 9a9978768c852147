import FreshetCore
import FreshetData
import FreshetModels
import FreshetRecommendation

extension Engine {
    /// Joins a user, such as a visitor, to another, such as the account that they logged in to: one person from then on.
    ///
    /// When this returns it is on disk, and the next request of either sees what both did. Events, impressions and
    /// attributes are the other's, whatever comes under the id later is too, and erasing either erases both. The counts and
    /// the weights stay as they are; the learner knows the joined history from its next batch on.
    ///
    /// - Parameters:
    ///   - id: the external id of who turned out to be somebody else; nothing need be known of them yet.
    ///   - other: the external id of who they are.
    /// - Returns: what changed hands; nothing where they were one before.
    /// - Throws: ``FreshetError`` of kind `usage` for an unsound id or a user and themselves, of kind `conflict` where
    ///   either belongs to somebody else, of kind `external` when the store fails; ``QuotaExceeded`` where `other` is new
    ///   and there is no room for another user.
    public func merge(_ id: String, into other: String) async throws -> UserMerge {
        for id in [id, other] { try check("user", id) }
        let merge = try await catalogueTurn.run {
            try quota.admitUsers([other])
            let merge = try await storage.watching { try await $0.merge(id, into: other) }
            guard merge.isNew else { return merge }
            profiles.remove(id)
            userAttributes.forget([id, merge.name])
            if let joined = try await store.user(merge.name) { profiles.put([joined]) }
            return merge
        }
        if merge.isNew { feedback.join(id, to: merge.name) }
        if let former = merge.former { await join(former, to: merge.user) }
        return merge
    }

    /// Takes it up in memory that one number's events are another's.
    func join(_ former: UserIndex, to user: UserIndex) async {
        bots.join(former, to: user)
        intakeGuard.usersChanged()
        sessions.join(former, to: user)
        // A disk that does not answer keeps the log's word for later; only whom an item may appeal to is told late.
        if let history = try? await sessions.history(of: user) {
            audience.join(former, to: user, of: Set(history.items))
        }
        content.replaceSearches(of: former, with: [])
        if let searches = try? await store.searches(of: user, limit: RecentSearches.usualCount) {
            content.replaceSearches(of: user, with: searches)
        }
        learning.joined(former, to: user)
    }
}
