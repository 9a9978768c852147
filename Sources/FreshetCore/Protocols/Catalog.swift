/// What is known of items and users, by external id.
public protocol Catalog: Sendable {
    /// An item, or `nil` when there is none or it was removed.
    func item(_ id: String) async throws -> Item?
    /// Adds items, or replaces them; those that are new are numbered in the vocabulary, those that were removed are back.
    func put(_ items: [Item]) async throws
    /// Removes an item, which stays removed whatever events name it, until it is put again; whether there was anything
    /// to remove: an entry, or events.
    func removeItem(_ id: String) async throws -> Bool
    /// A page of items in the order of their ids, those whose id or title contains `search` if given.
    func items(matching search: String?, after cursor: String?, limit: Int) async throws -> [Item]
    /// Calls `body` with every item there is. Blocks the calling thread.
    func forEachItem(_ body: (Item) throws -> Void) throws
    /// Calls `body` with the id of every item that was removed and not put again. Blocks the calling thread.
    func forEachRemovedItem(_ body: (String) throws -> Void) throws

    /// A user who has attributes or events, or `nil`.
    func user(_ id: String) async throws -> User?
    /// Adds users, or replaces them.
    func put(_ users: [User]) async throws
    /// Erases a user: attributes, events, impressions, the names that were joined to theirs; how many rows went.
    func eraseUser(_ id: String) async throws -> ErasedRows
    /// Joins a user to another, durably and for good: events, impressions and attributes become the other's, and so does
    /// what comes under the id from now on. Joined again, nothing changes.
    ///
    /// What either says of itself by attributes is kept; where both do, the other's holds.
    /// - Throws: ``FreshetError`` of kind `usage` for a user and themselves, of kind `conflict` where the user belongs to
    ///   somebody else, or the other to the user.
    func merge(_ id: String, into other: String) async throws -> UserMerge
    /// A page of users in the order of their ids, those whose id contains `search` if given.
    func users(matching search: String?, after cursor: String?, limit: Int) async throws -> [User]
}
