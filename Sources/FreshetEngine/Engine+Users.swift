import FreshetCore
import FreshetData
import FreshetModels
import FreshetRecommendation

/// Questions that are answered by users.
extension Engine {
    /// The number of users who are looked at closely, or a few more than are wanted.
    private static let closely = 100
    /// The number of a user's newest items that count.
    private static let items = 100
    /// The number of items bought together with one that say whom it may appeal to.
    private static let companions = 50

    /// Users who did the same things: by the cosine of what they dealt with, rare items counting more.
    ///
    /// Looked at are those who dealt with the user's newest items last, so the work does not grow with the number of
    /// users.
    /// - Throws: ``FreshetError`` of kind `notFound` for a user of whom there are no events, of kind `usage` for a count
    ///   out of range.
    public func similarUsers(to user: String, count: Int? = nil) async throws -> [RankedUser] {
        let count = try checkedCount(count)
        guard let index = vocabulary.user(user) else { throw Self.noUser(user) }
        let own = try await sessions.history(of: index)
        guard own.count > 0 else { throw Self.noUser(user) }
        let weights = ItemRarity(streaming, at: streaming.time(at: clock.seconds))
        let profile = weights.profile(of: own, newest: Self.items)
        let candidates = audience.users(of: profile.weights.map { ($0.key, $0.value * $0.value) })
            .lazy.filter { $0.user != index }.prefix(Self.closely + count)
        var found: [(user: UserIndex, score: Float)] = []
        for candidate in candidates {
            guard let history = try await history(of: candidate.user) else { continue }
            let score = profile.cosine(to: weights.profile(of: history, newest: Self.items))
            if score > 0 { found.append((candidate.user, score)) }
        }
        return named(found, count)
    }

    /// Users to whom an item may appeal, and who have not dealt with it.
    ///
    /// Looked at are those who lately dealt with what goes together with the item or resembles it; they are ordered by how far
    /// the model puts the item above what it would show them otherwise, and where it does not know the item by what goes
    /// together.
    /// - Throws: ``FreshetError`` of kind `notFound` for an item that nothing is known of, of kind `usage` for a count out
    ///   of range.
    public func users(for item: String, count: Int? = nil) async throws -> [RankedUser] {
        let count = try checkedCount(count)
        guard let index = vocabulary.item(item), !catalog.current().isRemoved(index) else {
            throw FreshetError(.notFound, "There is no item '\(item)'.")
        }
        let now = streaming.time(at: clock.seconds)
        let snapshot = live.current
        var query = Query(count: Self.companions, time: now)
        query.includeSeen = true
        let alike = recommender.similar(to: index, for: query, snapshot: snapshot, streaming: streaming).items
        var weights = streaming.withModels { $0.coVisitation.companions(of: index, at: now) }
            .sorted { ($1.score, $0.item) < ($0.score, $1.item) }
            .prefix(Self.companions).enumerated().map { (item: $1.item, weight: 1 / Float($0 + 2)) }
        weights += alike.enumerated().map { (item: $1.item, weight: 1 / Float($0 + 2)) }
        var people: [(user: UserIndex, history: History)] = []
        for candidate in audience.users(of: weights) {
            guard people.count < Self.closely + count else { break }
            guard let history = try await history(of: candidate.user), !history.items.contains(index) else { continue }
            people.append((candidate.user, history))
        }
        let appeal = ItemAppeal(of: index, snapshot: snapshot, streaming: streaming, at: now)
        let scores = appeal.scores(of: people.map(\.history))
        let found = zip(people, scores).map { (user: $0.user, score: $1) }
        return named(found, count)
    }

    /// What is known of a user's events; `nil` for one without any, such as one who was erased, or when the disk fails.
    private func history(of user: UserIndex) async throws -> History? {
        do {
            let history = try await sessions.history(of: user)
            return history.count > 0 ? history : nil
        } catch let error as FreshetError where storage.note(error) {
            return nil
        }
    }

    private func named(_ found: [(user: UserIndex, score: Float)], _ count: Int) -> [RankedUser] {
        found.sorted { ($1.score, $0.user) < ($0.score, $1.user) }.prefix(count)
            .map { RankedUser(id: vocabulary.id(of: $0.user), score: $0.score) }
    }

    private static func noUser(_ user: String) -> FreshetError {
        FreshetError(.notFound, "There are no events of a user '\(user)'.")
    }
}

/// A user of an answer.
public struct RankedUser: Sendable, Equatable, Codable {
    /// The external id.
    public var id: String
    /// What placed them; comparable within one answer only.
    public var score: Float
}
