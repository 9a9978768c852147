import FreshetCore
import FreshetData

extension StoreContract {
    func keepsSearches(_ store: any EngineStore) async throws {
        let vocabulary = store.vocabulary
        let sent = [
            Event(user: "ann", searching: "red kettle", time: 20, id: "s1"), Event(user: "ann", item: "tea", time: 15),
            Event(user: "bob", searching: "lamp", time: 10), Event(user: "ann", searching: "mug", time: 5, id: "s2"),
        ]
        let receipt = try await store.append(sent)
        try require(receipt.events.count == 1 && receipt.searches.count == 3, "what was new is \(receipt)")
        let again = try await store.append([sent[0]])
        try require(again.duplicates == 1 && again.searches.isEmpty, "a search of a known id was kept again")
        let log = try store.events(after: 0, limit: 10)
        try require(log.count == 1 && log[0].offset == 1, "the log has \(log)")
        guard let ann = vocabulary.user("ann"), let bob = vocabulary.user("bob") else {
            throw ContractViolation(description: "who only searches has no number")
        }
        let own = try await texts(of: ann, store)
        try require(own == ["mug", "red kettle"], "ann looked for \(own)")
        let newest = try store.searches(since: 10, limit: 1).map(\.text)
        try require(newest == ["red kettle"], "the newest search is \(newest)")
        let recent = try store.searches(since: 10, limit: 10)
        try require(recent.map(\.text) == ["lamp", "red kettle"], "searches since 10 are \(recent.map(\.text))")
        try require(recent.map(\.time) == [10, 20] && recent[0].user == bob, "a search came back as \(recent)")

        let whose = try await store.removeEvent("s2")
        let left = try await texts(of: ann, store)
        try require(whose == ann && left == ["red kettle"], "a search is not removed by its id: \(left)")
        _ = try await store.merge("bob", into: "ann")
        let joined = try await texts(of: ann, store)
        try require(joined == ["lamp", "red kettle"], "a joined user's searches are \(joined)")
        _ = try await store.eraseUser("ann")
        let none = try store.searches(since: 0, limit: 10)
        try require(none.isEmpty, "an erased user's searches are there")
    }

    private func texts(of user: UserIndex, _ store: any EngineStore) async throws -> [String] {
        try await store.searches(of: user, limit: 10).map(\.text)
    }
}
