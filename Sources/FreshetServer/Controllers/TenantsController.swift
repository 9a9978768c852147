import FreshetCore
import FreshetEngine
import Hummingbird
import Logging

/// Makes, lists and deletes tenants while the server runs; for who runs it.
struct TenantsController {
    /// The server's tenants; `nil` where it serves one shop only.
    let tenants: Tenants?
    /// The keys of who runs the server.
    let keys: KeyRing
    let bodies: BodyReader

    private struct List: Encodable {
        let tenants: [TenantReport]
    }

    private struct NewTenant: Encodable {
        let tenant: TenantReport
        let key: APIKey
        let text: String
    }

    private struct NewKey: Encodable {
        let key: APIKey
        let text: String
    }

    var routes: [Route] {
        [
            Route(
                .get,
                "/v1/tenants",
                right: .admin,
                Operation(
                    "listTenants",
                    tag: "tenants",
                    "The tenants there are",
                    answer: .init(status: 200, detail: "Tenants.", schema: Schemas.reference("TenantList"))
                ),
                list
            ),
            Route(
                .post,
                "/v1/tenants",
                right: .admin,
                Operation(
                    "createTenant",
                    tag: "tenants",
                    "Make a tenant",
                    detail: "It is served from the answer on, which has the text of its first key, this once.",
                    body: .json("Its name, and what is set for it.", Schemas.reference("TenantRequest")),
                    answer: .init(status: 201, detail: "The tenant.", schema: Schemas.reference("NewTenant")),
                    problems: [.invalidRequest, .conflict]
                ),
                create
            ),
            Route(
                .get,
                "/v1/tenants/{id}",
                right: .admin,
                Operation(
                    "getTenant",
                    tag: "tenants",
                    "A tenant",
                    parameters: [.id(of: "tenant")],
                    answer: .init(status: 200, detail: "The tenant.", schema: Schemas.reference("Tenant")),
                    problems: [.notFound]
                ),
                get
            ),
            Route(
                .post,
                "/v1/tenants/{id}/keys",
                right: .admin,
                Operation(
                    "createTenantKey",
                    tag: "tenants",
                    "Make a key of a tenant that may do everything there",
                    parameters: [.id(of: "tenant")],
                    answer: .init(status: 201, detail: "The key.", schema: Schemas.reference("NewKey")),
                    problems: [.notFound, .conflict]
                ),
                createKey
            ),
            Route(
                .delete,
                "/v1/tenants/{id}",
                right: .admin,
                Operation(
                    "deleteTenant",
                    tag: "tenants",
                    "Delete a tenant",
                    detail:
                        "Requests that are under way are answered; then its engine stops and its folder is deleted.",
                    parameters: [.id(of: "tenant")],
                    answer: .init(status: 200, detail: "What was deleted.", schema: Schemas.reference("TenantReceipt")),
                    problems: [.notFound, .conflict]
                ),
                delete
            ),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        try .encoded(List(tenants: await tenants?.reports() ?? []))
    }

    @Sendable private func get(_ request: Request, _ context: ServerContext) async throws -> Response {
        let name = try context.identifier()
        guard let report = await tenants?.report(of: name) else { throw Problem.notFound("tenant '\(name)'") }
        return try .encoded(report)
    }

    @Sendable private func create(_ request: Request, _ context: ServerContext) async throws -> Response {
        guard !keys.isEmpty else {
            throw Problem(
                .conflict,
                "While this server has no key, anybody is its operator: make a key of your own first."
            )
        }
        let tenants = try served()
        return try await bodies.read(request, context, as: BodyReader.json) { bytes, _ in
            var fields = try JSONFields(try JSONValue(bytes))
            let name = fields.shortText("name")
            if fields.value("name") == nil { fields.fault("name", "is missing") }
            let settings = fields.value("settings") ?? .object([])
            try fields.finish()
            let made = try await tenants.create(name ?? "", settings: settings)
            note("tenant made", made.report.name, context)
            return try .encoded(
                NewTenant(tenant: made.report, key: made.key.key, text: made.key.text),
                status: .created
            )
        }
    }

    @Sendable private func createKey(_ request: Request, _ context: ServerContext) async throws -> Response {
        let name = try context.identifier()
        guard let made = try await tenants?.createKey(for: name) else { throw Problem.notFound("tenant '\(name)'") }
        note("key of a tenant made", name, context)
        // Its administrators see who has made a key here.
        tenants?.shop(of: name)?.note("createTenantKey", request, context, by: nil, status: 201)
        return try .encoded(NewKey(key: made.key, text: made.text), status: .created)
    }

    @Sendable private func delete(_ request: Request, _ context: ServerContext) async throws -> Response {
        let name = try context.identifier()
        guard let receipt = try await tenants?.delete(name) else { throw Problem.notFound("tenant '\(name)'") }
        note("tenant deleted", name, context)
        return try .encoded(receipt)
    }

    private func served() throws(Problem) -> Tenants {
        guard let tenants else {
            throw Problem(.conflict, "This server serves one shop only (tenant, server.serves_tenants).")
        }
        return tenants
    }

    private func note(_ what: Logger.Message, _ name: String, _ context: ServerContext) {
        context.logger.notice(what, metadata: ["name": .string(name), "key": .string(context.key?.id ?? "none")])
    }
}
