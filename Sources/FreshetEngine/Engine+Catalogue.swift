import FreshetCore
import FreshetData
import FreshetRecommendation
import Logging

/// Every change goes through ``catalogueTurn``, so that store and memory see changes in the same order, and what one
/// read and puts back is not put in between by another.
extension Engine {
    /// An item, or `nil` when the catalogue has none of the id.
    public func item(_ id: String) async throws -> Item? { try await store.item(id) }

    /// Adds items, or replaces them; those that were removed are back.
    /// - Throws: ``FreshetError`` of kind `usage` for an unsound item or one that is nowhere on the Earth, of kind `external`
    ///   when the store fails; ``QuotaExceeded`` when there would be more items than may be.
    public func put(_ items: [Item]) async throws {
        for item in items {
            try check("item", item.id)
            guard let (name, detail) = Place.problem(in: item.attributes) else { continue }
            throw FreshetError(.usage, "The attribute '\(name)' of item '\(item.id)' \(detail).")
        }
        try await catalogueTurn.run { try await keep(items) }
    }

    /// Takes items over from elsewhere, such as a file: as `put` does, but what was removed stays removed and
    /// what is hidden stays hidden.
    /// - Returns: how many were added or replaced.
    /// - Throws: as `put`.
    public func importItems(_ items: [Item]) async throws -> Int {
        for item in items { try check("item", item.id) }
        return try await catalogueTurn.run {
            let catalog = catalog.current()
            let kept = items.compactMap { item -> Item? in
                guard let index = vocabulary.item(item.id) else { return item }
                guard !catalog.isRemoved(index) else { return nil }
                var item = item
                if catalog.isHidden(index) { item.available = false }
                return item
            }
            if !kept.isEmpty { try await keep(kept) }
            return kept.count
        }
    }

    /// Changes an item: reads it, lets `change` work on it, and puts it back, as one step.
    ///
    /// - Parameters:
    ///   - id: the item, which `change` must not rename.
    ///   - change: the change.
    /// - Returns: the item as it is now, or `nil` when there is none of the id.
    /// - Throws: ``FreshetError`` of kind `conflict` for another id, what `change` throws, or when the store fails.
    public func updateItem(_ id: String, _ change: @Sendable (inout Item) throws -> Void) async throws -> Item? {
        try await catalogueTurn.run {
            guard var item = try await store.item(id) else { return nil }
            try change(&item)
            guard item.id == id else { throw FreshetError(.conflict, "The id of an item cannot be changed.") }
            try await keep([item])
            return item
        }
    }

    /// Removes an item, not its events: it is shown no more, whatever events name it, until it is put again.
    /// - Returns: whether there was anything to remove: an entry of the catalogue, or events about the item.
    /// - Throws: ``FreshetError`` of kind `usage` for an unsound id, of kind `external` when the store fails;
    ///   ``QuotaExceeded`` for an item that was never heard of where there is no room for another, since it gets a number.
    public func removeItem(_ id: String) async throws -> Bool {
        try check("item", id)
        return try await catalogueTurn.run {
            try quota.admitItems([id])
            let wasThere = try await store.removeItem(id)
            if let index = vocabulary.item(id) {
                catalog.remove(index)
                content.forget(index)
            }
            return wasThere
        }
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
        for user in users { try check(user) }
        try await catalogueTurn.run {
            let users = users.map { user in
                var user = user
                user.id = vocabulary.name(of: user.id)
                return user
            }
            try await store.put(users)
            profiles.put(users)
            userAttributes.forget(users.map(\.id))
        }
    }

    /// Changes a user, as ``updateItem(_:_:)`` does an item.
    public func updateUser(_ id: String, _ change: @Sendable (inout User) throws -> Void) async throws -> User? {
        try await catalogueTurn.run {
            let id = vocabulary.name(of: id)
            guard var user = try await store.user(id) else { return nil }
            try change(&user)
            guard user.id == id else { throw FreshetError(.conflict, "The id of a user cannot be changed.") }
            try check(user)
            try await store.put([user])
            profiles.put([user])
            userAttributes.forget([id])
            return user
        }
    }

    /// A page of users in the order of their ids, those whose id contains `search` if given.
    public func users(matching search: String? = nil, after cursor: String? = nil, limit: Int) async throws -> [User] {
        try await store.users(matching: search, after: cursor, limit: limit)
    }

    /// Reads what all users say of themselves, beside serving: a newcomer of before the start is known again moments after.
    func readProfiles() async {
        var last: String?
        do {
            while !Task.isCancelled {
                let page = try await store.users(matching: nil, after: last, limit: 1_000)
                // What was put meanwhile is newer.
                profiles.put(page.filter { profiles[$0.id] == nil })
                guard let end = page.last?.id else { return }
                last = end
            }
        } catch let error {
            health.markFailed(ContentService.part, error)
        }
    }

    /// Puts items into the store and then into memory; whose turn it is calls it.
    private func keep(_ items: [Item]) async throws {
        try quota.admitItems(items.lazy.map(\.id))
        try await store.put(items)
        // Only now have all of them a number.
        show(items.compactMap { item in vocabulary.item(item.id).map { (index: $0, item: item) } })
    }

    /// Lets the next request see items that are in the store; whose turn it is calls it.
    func show(_ numbered: [(index: ItemIndex, item: Item)]) {
        let (wasEmpty, hadPlaces) = (catalog.current().knownCount == 0, catalog.current().hasPlaces)
        catalog.put(numbered)
        content.read(numbered)
        if wasEmpty { noteUnlistedItems() }
        if !hadPlaces, catalog.current().hasPlaces { learning.read(evidence) }
    }

    /// Says how many items are not shown for want of an entry, if any: nobody should have to guess why.
    func noteUnlistedItems() {
        let catalog = catalog.current()
        let count = vocabulary.itemCount - catalog.knownCount - catalog.removedCount
        guard !catalog.showsUnlisted, count > 0 else { return }
        logger.notice(
            "items of events without an entry in the catalogue are not shown (serving.unlisted_items)",
            metadata: ["items": "\(count)", "entries": "\(catalog.knownCount)"]
        )
    }

    private func check(_ user: User) throws {
        try check("user", user.id)
        guard let problem = forbiddenFields.problem(with: user) else { return }
        throw FreshetError(
            .usage,
            "User '\(user.id)' cannot be kept: \(problem).",
            remedy: "Leave it out; the operator forbids it (privacy.forbidden_fields)."
        )
    }

    func check(_ what: String, _ id: String) throws {
        guard let problem = configuration.ingest.identifiers.problem(with: id) else { return }
        throw FreshetError(.usage, "The id of this \(what) \(problem).")
    }
}
