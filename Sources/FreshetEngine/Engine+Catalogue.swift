import FreshetCore
import FreshetData
import FreshetRecommendation

extension Engine {
    /// An item, or `nil` when the catalogue has none of the id.
    public func item(_ id: String) async throws -> Item? { try await store.item(id) }

    /// Adds items, or replaces them.
    /// - Throws: ``FreshetError`` of kind `usage` for an unsound item, of kind `external` when the store fails.
    public func put(_ items: [Item]) async throws {
        for item in items { try check("item", item.id) }
        try await store.put(items)
        // Only now have all of them a number; the next request sees them.
        catalog.put(items.compactMap { item in vocabulary.item(item.id).map { ($0, item) } })
    }

    /// Changes an item: reads it, lets `change` work on it, and puts it back, as one step.
    ///
    /// - Parameters:
    ///   - id: the item, which `change` must not rename.
    ///   - change: the change.
    /// - Returns: the item as it is now, or `nil` when there is none of the id.
    /// - Throws: ``FreshetError`` of kind `usage` for an unsound item, what `change` throws, or when the store fails.
    public func updateItem(_ id: String, _ change: @Sendable (inout Item) throws -> Void) async throws -> Item? {
        try await catalogueTurn.run {
            guard var item = try await store.item(id) else { return nil }
            try change(&item)
            guard item.id == id else { throw FreshetError(.usage, "The id of an item cannot be changed.") }
            try await put([item])
            return item
        }
    }

    /// Removes an item, not its events; whether it was there.
    public func removeItem(_ id: String) async throws -> Bool {
        let wasThere = try await store.removeItem(id)
        if let index = vocabulary.item(id), wasThere { catalog.remove(index) }
        return wasThere
    }

    /// A page of items in the order of their ids, those whose id or title contains `search` if given.
    public func items(matching search: String? = nil, after cursor: String? = nil, limit: Int) async throws -> [Item] {
        try await store.items(matching: search, after: cursor, limit: limit)
    }

    /// A user, or `nil` when nothing is known of the id.
    public func user(_ id: String) async throws -> User? { try await store.user(id) }

    /// Adds users, or replaces them.
    /// - Throws: ``FreshetError`` of kind `usage` for an unsound user, of kind `external` when the store fails.
    public func put(_ users: [User]) async throws {
        for user in users { try check("user", user.id) }
        try await store.put(users)
    }

    /// Changes a user, as ``updateItem(_:_:)`` does an item.
    public func updateUser(_ id: String, _ change: @Sendable (inout User) throws -> Void) async throws -> User? {
        try await catalogueTurn.run {
            guard var user = try await store.user(id) else { return nil }
            try change(&user)
            guard user.id == id else { throw FreshetError(.usage, "The id of a user cannot be changed.") }
            try await put([user])
            return user
        }
    }

    /// A page of users in the order of their ids, those whose id contains `search` if given.
    public func users(matching search: String? = nil, after cursor: String? = nil, limit: Int) async throws -> [User] {
        try await store.users(matching: search, after: cursor, limit: limit)
    }

    private func check(_ what: String, _ id: String) throws {
        guard (1...configuration.ingest.maximumIDLength).contains(id.utf8.count), !id.utf8.contains(0) else {
            throw FreshetError(
                .usage,
                "The id of an \(what) has \(id.utf8.count) bytes or a zero byte.",
                remedy: "Use 1 to \(configuration.ingest.maximumIDLength) bytes, none of them zero."
            )
        }
    }
}
