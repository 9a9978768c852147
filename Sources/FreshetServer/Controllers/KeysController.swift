import FreshetCore
import FreshetEngine
import Hummingbird
import Logging

/// Makes, lists and revokes keys while the server runs.
struct KeysController {
    /// The end of the year 9999, which some write for "never".
    static let lastSecond: Int64 = 253_402_300_799

    let keys: KeyRing
    let bodies: BodyReader

    private struct Keys: Encodable {
        let keys: [APIKey]
    }

    private struct NewKey: Encodable {
        let key: APIKey
        let text: String
    }

    var routes: [Route] {
        [
            Route(
                .get,
                "/v1/keys",
                right: .admin,
                Operation(
                    "listKeys",
                    tag: "keys",
                    "The keys there are",
                    answer: .init(status: 200, detail: "Keys.", schema: Schemas.reference("KeyList"))
                ),
                list
            ),
            Route(
                .post,
                "/v1/keys",
                right: .admin,
                Operation(
                    "createKey",
                    tag: "keys",
                    "Make a key",
                    detail: "From the first key on, every request needs one; so the first must have the right admin.",
                    body: .json("What it is for.", Schemas.reference("KeyRequest")),
                    answer: .init(status: 201, detail: "The key.", schema: Schemas.reference("NewKey")),
                    problems: [.invalidRequest, .conflict]
                ),
                create
            ),
            Route(
                .delete,
                "/v1/keys/{id}",
                right: .admin,
                Operation(
                    "revokeKey",
                    tag: "keys",
                    "Revoke a key",
                    parameters: [.id(of: "key")],
                    answer: .init(status: 204, detail: "It is refused from now on."),
                    problems: [.notFound, .conflict]
                ),
                revoke
            ),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        try .encoded(Keys(keys: keys.keys))
    }

    @Sendable private func create(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await bodies.read(request, context, as: BodyReader.json) { bytes, _ in
            var fields = try JSONFields(try JSONValue(bytes))
            let name = fields.shortText("name")
            if fields.value("name") == nil { fields.fault("name", "is missing") }
            let texts = fields.strings("rights", maximum: Right.allCases.count)
            let rights = texts?.compactMap(Right.init(rawValue:)) ?? []
            if rights.isEmpty || rights.count != texts?.count {
                fields.fault("rights", "must be some of \(Right.list)")
            }
            let expires = fields.time("expires", until: Self.lastSecond)
            try fields.finish()
            let made = try await keys.create(name: name ?? "", rights: Set(rights), expires: expires?.seconds)
            context.logger.notice("key made", metadata: ["made": .string(made.key.id), "key": Self.caller(context)])
            return try .encoded(NewKey(key: made.key, text: made.text), status: .created)
        }
    }

    @Sendable private func revoke(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.identifier()
        guard try await keys.revoke(id) else { throw Problem.notFound("key '\(id)'") }
        context.logger.notice("key revoked", metadata: ["revoked": .string(id), "key": Self.caller(context)])
        return Response(status: .noContent)
    }

    private static func caller(_ context: ServerContext) -> Logger.MetadataValue { .string(context.key?.id ?? "none") }
}
