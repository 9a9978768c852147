import FreshetCore
import FreshetData
import FreshetEngine
import Hummingbird

extension CatalogueController<Item> {
    /// The routes of `/v1/items`.
    init(engine: Engine, bodies: BodyReader, maximum: Int) {
        let store = Store(
            get: { try await engine.item($0) },
            put: { try await engine.put($0) },
            update: { try await engine.updateItem($0, $1) },
            list: { try await engine.items(matching: $0, after: $1, limit: $2) },
            remove: { try await engine.removeItem($0) ? Response(status: .noContent) : nil }
        )
        let removal = Operation.Answer(status: 204, detail: "Removed until it is put again; the log keeps its events.")
        self.init(
            noun: "item",
            schema: "Item",
            removal: removal,
            store: store,
            bodies: bodies,
            maximum: maximum,
            identifiers: engine.configuration.ingest.identifiers
        )
    }
}

extension CatalogueController<User> {
    /// The routes of `/v1/users`.
    init(engine: Engine, bodies: BodyReader, maximum: Int) {
        let store = Store(
            get: { try await engine.user($0) },
            put: { try await engine.put($0) },
            update: { try await engine.updateUser($0, $1) },
            list: { try await engine.users(matching: $0, after: $1, limit: $2) },
            remove: { id in
                guard try await Self.isKnown(id, to: engine) else { return nil }
                return try .encoded(try await engine.eraseUser(id))
            },
            name: { engine.vocabulary.name(of: $0) }
        )
        self.init(
            noun: "user",
            schema: "User",
            removal: .init(status: 200, detail: "Erased.", schema: Schemas.reference("Erasure")),
            store: store,
            bodies: bodies,
            maximum: maximum,
            identifiers: engine.configuration.ingest.identifiers
        )
    }

    /// Whether something is known of a user: attributes, or events.
    private static func isKnown(_ id: String, to engine: Engine) async throws -> Bool {
        if try await engine.user(id) != nil { return true }
        return try await !engine.history(of: id, limit: 1).isEmpty
    }
}
