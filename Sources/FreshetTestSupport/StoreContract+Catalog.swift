import FreshetCore
import FreshetData

extension StoreContract {
    func keepsItems(_ store: any EngineStore) async throws {
        let vocabulary = store.vocabulary
        var tea = Item(id: "tea", title: "Green TEA", text: "long", categories: ["drinks"], tags: ["hot"])
        tea.attributes = ["price": .number(2.5), "colour": .text("green"), "notes": .texts(["a", "b"])]
        tea.attributes["fair"] = .flag(true)
        tea.attributes["loose"] = .flag(false)
        tea.vectors = ["picture": [0.1, -2, .greatestFiniteMagnitude], "empty": []]
        tea.available = false
        tea.createdAt = 77
        let others = ["cup", "tea/2", "Élan", "零"].map { Item(id: $0, title: $0 == "cup" ? nil : "Title of \($0)") }
        try await store.put([tea] + others)
        let found = try await store.item("tea")
        try require(found == tea, "an item comes back as \(String(describing: found))")
        try require(vocabulary.item("cup") != nil, "an item of the catalogue has no number")
        var replaced = others[0]
        replaced.title = "Cup of Tea"
        try await store.put([replaced])
        var all: [String] = []
        try store.forEachItem { all.append($0.id) }
        try require(all.sorted() == ["tea", "cup", "tea/2", "Élan", "零"].sorted(), "the catalogue holds \(all)")

        let inOrder = all.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        var (paged, cursor): ([String], String?) = ([], nil)
        while true {
            let page = try await store.items(matching: nil, after: cursor, limit: 2)
            guard !page.isEmpty else { break }
            try require(page.count <= 2, "a page of \(page.count)")
            paged += page.map(\.id)
            cursor = page.last?.id
        }
        try require(paged == inOrder, "the pages hold \(paged)")
        for (search, wanted) in [
            ("tEa", ["cup", "tea", "tea/2"]), ("ÉLA", ["Élan"]), ("%", []), ("_", []), ("零", ["零"]),
        ] {
            let ids = try await store.items(matching: search, after: nil, limit: 10).map(\.id)
            try require(ids == wanted, "'\(search)' finds \(ids)")
        }
        let (first, second) = try await (store.removeItem("tea"), store.removeItem("tea"))
        let gone = try await store.item("tea")
        try require(first && !second && gone == nil, "a removed item is still there, or was never")
        try require(vocabulary.item("tea") != nil, "a removed item lost its number")
        try await remembersRemovedItems(store)
    }

    /// What was removed is known as removed until it is put again; events do not change that.
    private func remembersRemovedItems(_ store: any EngineStore) async throws {
        func removed() throws -> [String] {
            var ids: [String] = []
            try store.forEachRemovedItem { ids.append($0) }
            return ids.sorted()
        }
        _ = try await store.append([Event(user: "u", item: "tea", time: 1), Event(user: "u", item: "seen", time: 1)])
        let (seen, never) = try await (store.removeItem("seen"), store.removeItem("never heard of"))
        try require(seen, "an item of events alone could not be removed")
        try require(!never, "there was something to remove of an id that nothing was known of")
        var found = try removed()
        try require(found == ["never heard of", "seen", "tea"], "the removed items are \(found)")
        let (item, page) = try await (store.item("seen"), store.items(matching: "seen", after: nil, limit: 9))
        try require(item == nil && page.isEmpty, "a removed item is found")
        try await store.put([Item(id: "tea"), Item(id: "never heard of")])
        found = try removed()
        try require(found == ["seen"], "after a put the removed items are \(found)")
        let again = try await store.removeItem("tea")
        try require(again, "an item that was put again could not be removed again")
    }

    func keepsUsers(_ store: any EngineStore) async throws {
        let ann = User(id: "ann", attributes: ["age": .number(30), "member": .flag(true)])
        try await store.put([ann, User(id: "zoe")])
        _ = try await store.append([Event(user: "Bob", item: "i", time: 1), Event(user: "ann", item: "i", time: 1)])
        let (found, event, nobody) = try await (store.user("ann"), store.user("Bob"), store.user("carl"))
        try require(found == ann, "a user comes back as \(String(describing: found))")
        try require(event == User(id: "Bob") && nobody == nil, "a user with events alone is not found, or nobody is")
        try await store.put([User(id: "ann", attributes: ["age": .number(31)])])
        let all = try await store.users(matching: nil, after: nil, limit: 10)
        try require(all.map(\.id) == ["Bob", "ann", "zoe"], "the users are \(all.map(\.id))")
        try require(all[1].attributes == ["age": .number(31)], "attributes are not replaced")
        let (page, search) = try await (
            store.users(matching: nil, after: "Bob", limit: 1), store.users(matching: "O", after: nil, limit: 10)
        )
        try require(page.map(\.id) == ["ann"], "the page after 'Bob' is \(page.map(\.id))")
        try require(search.map(\.id) == ["Bob", "zoe"], "'O' finds \(search.map(\.id))")
    }

    func erasesUsers(_ store: any EngineStore) async throws {
        let vocabulary = store.vocabulary
        func event(_ user: String, _ id: String) -> Event {
            Event(user: user, item: "i", time: 1, id: id, recommendationID: "r1")
        }
        try await store.put([User(id: "ann"), User(id: "bob")])
        try await store.record([Impression(id: "r0", user: "ann", time: 1, model: ModelVersion(1), items: [])])
        _ = try await store.append([event("bob", "b1"), event("ann", "a1"), event("bob", "b2"), event("ann", "a2")])
        let asked = Impression(
            id: "r1",
            user: "ann",
            time: 1,
            model: ModelVersion(1),
            context: ["device": .text("ann's phone")],
            items: []
        )
        try await store.record([asked])
        guard let number = vocabulary.user("ann") else { throw ContractViolation(description: "no number") }

        let erased = try await store.eraseUser("ann")
        let went = [erased.attributes, erased.events, erased.searches, erased.impressions]
        try require(went == [1, 2, 0, 2], "\(went) rows went of attributes, events, searches and impressions")
        let again = try await store.eraseUser("ann")
        try require(again.total == 0, "erasing nobody removes \(again.total) rows")
        let (user, impressions) = try await (
            store.user("ann"), [store.impression("r0"), store.impression("r1")].compactMap { $0 }
        )
        try require(user == nil && vocabulary.user("ann") == nil, "the user is still known")
        try require(impressions.count == 2 && impressions.allSatisfy { $0.user == nil }, "impressions name the user")
        try require(impressions.allSatisfy { $0.context.isEmpty }, "what the user's request said is still known")
        let listed = try await store.users(matching: nil, after: nil, limit: 10).map(\.id)
        try require(listed == ["bob"], "the users are \(listed)")
        let (log, history) = try (store.events(after: 0, limit: 10), store.newestEvents(of: number, limit: 10))
        try require(log.map(\.offset) == [1, 3] && history.isEmpty, "events \(log.map(\.offset)) are left")
        let feedback = try await store.feedback(on: "r1").map(\.id)
        try require(feedback == ["b1", "b2"], "feedback is \(feedback)")
        let count = store.eventCount()
        try require(count == 2 && store.newestOffset == 4, "\(count) events up to \(store.newestOffset)")

        let back = try await store.append([event("ann", "a1")])
        try require(back.duplicates == 0 && back.events.map(\.offset) == [5], "the id of an erased event is known")
        try require(back.events[0].user != number, "a number was given twice")
        let found = try store.newestEvents(of: back.events[0].user, limit: 10).map(\.offset)
        try require(found == [5], "the new user has the events \(found)")
    }
}
