import FreshetCore
import Hummingbird

/// The routes of items, or of users: one by one, in bulk, and as a list.
struct CatalogueController<Entry: CatalogueEntry> {
    /// What the engine does with entries.
    struct Store: Sendable {
        let get: @Sendable (String) async throws -> Entry?
        let put: @Sendable ([Entry]) async throws -> Void
        let update: @Sendable (String, @escaping @Sendable (inout Entry) throws -> Void) async throws -> Entry?
        let list: @Sendable (_ search: String?, _ cursor: String?, _ limit: Int) async throws -> [Entry]
        /// Removes an entry and answers; `nil` when there is none.
        let remove: @Sendable (String) async throws -> Response?
        /// The id of the entry that an id names.
        var name: @Sendable (String) -> String = { $0 }
    }

    /// `item` or `user`.
    let noun: String
    /// `Item` or `User`, the name of its schema.
    let schema: String
    let removal: Operation.Answer
    let store: Store
    let bodies: BodyReader
    let maximum: Int
    let identifiers: IdentifierRule

    private var list: String { "\(noun)s" }
    private var path: String { "/v1/\(list)/{id}" }
    private var answer: Operation.Answer {
        .init(status: 200, detail: "The \(noun) as it is now.", schema: Schemas.reference(schema))
    }

    var routes: [Route] {
        [
            Route(
                .get,
                "/v1/\(list)",
                right: .read,
                Operation(
                    "list\(schema)s",
                    tag: list,
                    "List \(list)",
                    parameters: Operation.Parameter.page,
                    answer: .init(status: 200, detail: "A page.", schema: Schemas.reference("\(schema)Page"))
                ),
                page
            ),
            Route(
                .post,
                "/v1/\(list)",
                right: .write,
                Operation(
                    "put\(schema)s",
                    tag: list,
                    "Add or replace \(list)",
                    detail: "At most \(maximum). Those that are refused are listed; the others stand.",
                    body: .delivery(noun, Schemas.reference(schema)),
                    answer: .init(status: 200, detail: "Kept.", schema: Schemas.reference("Delivery")),
                    problems: [.invalidRequest, .quotaExceeded]
                ),
                putAll
            ),
            Route(
                .get,
                path,
                right: .read,
                Operation(
                    "get\(schema)",
                    tag: list,
                    "Get \(article) \(noun)",
                    parameters: [.id(of: noun)],
                    answer: answer,
                    problems: [.notFound]
                ),
                get
            ),
            Route(
                .put,
                path,
                right: .write,
                Operation(
                    "put\(schema)",
                    tag: list,
                    "Add or replace \(article) \(noun)",
                    parameters: [.id(of: noun)],
                    body: .json("The \(noun).", Schemas.reference("\(schema)Fields")),
                    answer: answer,
                    problems: [.conflict, .quotaExceeded]
                ),
                put
            ),
            Route(
                .patch,
                path,
                right: .write,
                Operation(
                    "patch\(schema)",
                    tag: list,
                    "Change \(article) \(noun)",
                    detail: "By a merge patch (RFC 7396): fields replace those of before, `null` takes them away.",
                    parameters: [.id(of: noun)],
                    body: .init(
                        detail: "What changes.",
                        schemas: ["application/merge-patch+json", "application/json"].map {
                            ($0, Schemas.reference("\(schema)Fields"))
                        }
                    ),
                    answer: answer,
                    problems: [.notFound, .conflict]
                ),
                patch
            ),
            Route(
                .delete,
                path,
                right: .write,
                Operation(
                    "delete\(schema)",
                    tag: list,
                    noun == "user" ? "Erase a user everywhere" : "Remove \(article) \(noun)",
                    parameters: [.id(of: noun)],
                    answer: removal,
                    problems: noun == "item" ? [.notFound, .quotaExceeded] : [.notFound]
                ),
                remove
            ),
        ]
    }

    private var article: String { noun == "item" ? "an" : "a" }
    private func missing(_ id: String) -> Problem { .notFound("\(noun) '\(id)'") }

    @Sendable private func page(_ request: Request, _ context: ServerContext) async throws -> Response {
        var query = QueryFields(request, known: ["search", "cursor", "limit"])
        let search = query.string("search")
        let cursor = query.string("cursor", maximumLength: identifiers.maximumLength)
        let limit = query.integer("limit", in: 1...1000, default: 100)
        try query.finish()
        // One more than asked for tells whether there is a next page.
        let entries = try await store.list(search, cursor, limit + 1)
        let page: JSONValue = .object([.init(name: list, value: .array(entries.prefix(limit).map(\.json)))])
        return .json(entries.count > limit ? page.adding("next", .string(entries[limit - 1].id)) : page)
    }

    /// The id in the path, or that which it is another name of.
    private func name(_ context: ServerContext) throws(Problem) -> String {
        store.name(try context.identifier(by: identifiers))
    }

    @Sendable private func get(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try name(context)
        guard let entry = try await store.get(id) else { throw missing(id) }
        return .json(entry.json)
    }

    @Sendable private func put(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try name(context)
        let entry = try await bodies.read(request, context, as: BodyReader.json) { bytes, _ in
            let entry = try Entry(JSONValue(bytes), id: id, identifiers: identifiers)
            try await store.put([entry])
            return entry
        }
        return .json(entry.json)
    }

    @Sendable private func patch(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try name(context)
        let entry = try await bodies.read(request, context, as: BodyReader.patch) { bytes, _ in
            let patch = try JSONValue(bytes)
            // The patch alone must make sense, whether or not there is something to change.
            _ = try Entry(patch, id: id, identifiers: identifiers)
            return try await store.update(id) { [identifiers] entry in
                entry = try Entry(entry.json.merged(with: patch), id: id, identifiers: identifiers)
            }
        }
        guard let entry else { throw missing(id) }
        return .json(entry.json)
    }

    @Sendable private func remove(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try name(context)
        guard let response = try await store.remove(id) else { throw missing(id) }
        return response
    }

    @Sendable private func putAll(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await bodies.read(request, context, as: BodyReader.jsonOrLines) { bytes, form in
            let values = try values(bytes, form)
            guard values.count <= maximum else { throw Problem.malformed("more than \(maximum) \(list)") }
            var entries: [Entry] = []
            var rejected: [Problem.Rejection] = []
            for (index, value) in values.enumerated() {
                do throws(Problem) {
                    entries.append(try Entry(value, id: nil, identifiers: identifiers))
                } catch {
                    if values.count == 1 { throw error }
                    rejected.append(.init(index: index, error: error.detail))
                }
            }
            if entries.isEmpty, !rejected.isEmpty {
                throw Problem.refused(rejected, of: values.count, noun)
            }
            if !entries.isEmpty { try await store.put(entries) }
            var writer = JSONWriter()
            writer.raw("{\"accepted\":")
            writer.integer(entries.count)
            writer.raw(",\"rejected\":")
            writer.array(rejected) { $0.rejection($1) }
            writer.raw("}")
            return .json(writer)
        }
    }

    private func values(_ bytes: ByteBuffer, _ form: BodyReader.Form) throws(Problem) -> [JSONValue] {
        guard form == .json else { return try JSONValue.lines(bytes) }
        let value = try JSONValue(bytes)
        guard case .array(let values) = value else { return [value] }
        return values
    }
}
