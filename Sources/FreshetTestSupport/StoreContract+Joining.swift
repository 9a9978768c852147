import FreshetCore
import FreshetData

extension StoreContract {
    /// A visitor, of whom there is what the store keeps of people, and an account that was there before and after.
    func joinsUsers(_ store: any EngineStore) async throws {
        let vocabulary = store.vocabulary
        try await store.put([User(id: "guest", attributes: ["city": .text("Oslo"), "age": .number(1)])])
        try await store.put([User(id: "ann", attributes: ["age": .number(30)])])
        try await store.record([Impression(id: "r0", user: "guest", time: 1, model: ModelVersion(1), items: [])])
        func event(_ user: String, _ item: String, _ time: Int64) -> Event {
            Event(user: user, item: item, time: Timestamp(seconds: time), id: "\(user) \(item)", recommendationID: "r1")
        }
        _ = try await store.append([
            event("ann", "a", 10), event("guest", "b", 30), event("bob", "x", 1), event("ann", "c", 20),
            event("guest", "d", 40),
        ])
        try await store.record([Impression(id: "r1", user: "guest", time: 2, model: ModelVersion(1), items: [])])
        guard let guest = vocabulary.user("guest"), let ann = vocabulary.user("ann") else {
            throw ContractViolation(description: "users without numbers")
        }
        let merge = try await store.merge("guest", into: "ann")
        try require(
            merge.isNew && merge.name == "ann" && merge.user == ann && merge.former == guest,
            "it says \(merge)"
        )
        try require(merge.events == 2 && merge.impressions == 2, "\(merge.events), \(merge.impressions) changed hands")
        try await checkJoined(store, guest: guest, ann: ann)
        // What comes later under the id, and late, has its place.
        let later = try await store.append([event("guest", "e", 25), event("ann", "f", 50)])
        try require(later.events.allSatisfy { $0.user == ann }, "an event of the guest is not the account's")
        let newest = try store.newestEvents(of: ann, limit: 4).map(\.offset)
        try require(newest == [6, 2, 5, 7], "the newest events are \(newest)")
        try await chains(store)
        try await erasesJoined(store)
    }

    private func checkJoined(_ store: any EngineStore, guest: UserIndex, ann: UserIndex) async throws {
        let vocabulary = store.vocabulary
        try require(
            vocabulary.user("guest") == ann && vocabulary.name(of: "guest") == "ann",
            "the id names somebody else"
        )
        let (own, former) = try (store.newestEvents(of: ann, limit: 9), store.newestEvents(of: guest, limit: 9))
        try require(own.map(\.offset) == [1, 4, 2, 5], "the account has the events \(own.map(\.offset))")
        try require(own.allSatisfy { $0.user == ann } && former.isEmpty, "an event names the guest still")
        let log = try store.events(after: 0, limit: 9).filter { $0.user == ann }.map(\.offset)
        try require(log == [1, 2, 4, 5], "the log has \(log) of the account")
        let (user, again) = try await (store.user("ann"), store.user("guest"))
        let attributes: [String: AttributeValue] = ["age": .number(30), "city": .text("Oslo")]
        try require(user == User(id: "ann", attributes: attributes) && again == user, "the account is \(user as Any)")
        let listed = try await store.users(matching: nil, after: nil, limit: 9).map(\.id)
        try require(listed == ["ann", "bob"], "the users are \(listed)")
        let shown = try await [store.impression("r0"), store.impression("r1")].map { $0?.user }
        try require(shown == ["ann", "ann"], "the impressions are of \(shown)")
        let feedback = try await store.feedback(on: "r1").map(\.user)
        try require(feedback == ["ann", "ann", "bob", "ann", "ann"], "feedback is of \(feedback)")
        let twice = try await store.merge("guest", into: "ann")
        try require(!twice.isNew && twice.user == ann && twice.events == 0, "joining again does something: \(twice)")
    }

    /// A visitor of a visitor, and what cannot be.
    private func chains(_ store: any EngineStore) async throws {
        let vocabulary = store.vocabulary
        _ = try await store.merge("tablet", into: "phone")
        let phone = try await store.merge("phone", into: "guest")
        try require(phone.name == "ann" && phone.events == 0, "a visitor of a visitor is \(phone)")
        try require(vocabulary.name(of: "tablet") == "ann", "the tablet's is \(vocabulary.name(of: "tablet"))")
        for (from, into, kind) in [
            ("ann", "ann", FreshetError.Kind.usage), ("ann", "tablet", .conflict), ("tablet", "bob", .conflict),
        ] {
            do {
                _ = try await store.merge(from, into: into)
                try require(false, "'\(from)' could be joined to '\(into)'")
            } catch let error as FreshetError {
                try require(error.kind == kind, "'\(from)' into '\(into)' is \(error)")
            }
        }
        try require(vocabulary.user("bob") != nil && vocabulary.name(of: "bob") == "bob", "bob is somebody else")
    }

    private func erasesJoined(_ store: any EngineStore) async throws {
        let vocabulary = store.vocabulary
        _ = try await store.eraseUser("guest")
        let left = try store.events(after: 0, limit: 9).map(\.offset)
        try require(left == [3], "events \(left) are left")
        let (user, impressions) = try await (store.user("ann"), [store.impression("r0"), store.impression("r1")])
        try require(user == nil && impressions.allSatisfy { $0?.user == nil }, "the account is still named")
        try require(
            ["ann", "guest", "phone", "tablet"].allSatisfy { vocabulary.user($0) == nil },
            "a name is still known"
        )
        let back = try await store.append([
            Event(user: "guest", item: "a", time: 1), Event(user: "ann", item: "a", time: 1),
        ])
        try require(back.events[0].user != back.events[1].user, "names are still joined after the erasure")
        let again = try await store.merge("guest", into: "ann")
        try require(again.isNew && again.events == 1, "who was erased cannot be joined again: \(again)")
    }
}
