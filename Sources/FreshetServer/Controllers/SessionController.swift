import FreshetCore
import FreshetEngine
import HTTPTypes
import Hummingbird

/// Logins of browsers: a key is exchanged for a cookie.
struct SessionController {
    let table: ShopTable
    let bodies: BodyReader

    private struct Session: Encodable {
        let tenant: String
        let key: APIKey
        let expires: Int64
    }

    var routes: [Route] {
        let answer = Operation.Answer(status: 200, detail: "Who it is.", schema: Schemas.reference("Session"))
        return [
            Route(
                .post,
                "/v1/session",
                right: nil,
                Operation(
                    "logIn",
                    tag: "keys",
                    "Exchange a key for a cookie",
                    detail: """
                        For browsers: the cookie is out of reach of scripts, lasts \(LoginTable.duration / 3600) hours at most, has \
                        the rights of the key, and ends with it.
                        """,
                    body: .json("The key.", Schemas.reference("SessionRequest")),
                    answer: .init(status: 201, detail: "Who it is.", schema: Schemas.reference("Session")),
                    problems: [.invalidRequest, .unauthorized]
                ),
                logIn
            ),
            Route(
                .get,
                "/v1/session",
                right: nil,
                Operation("getSession", tag: "keys", "Who is logged in", answer: answer, problems: [.notFound]),
                get
            ),
            Route(
                .delete,
                "/v1/session",
                right: nil,
                Operation("logOut", tag: "keys", "Log out", answer: .init(status: 204, detail: "It is over.")),
                logOut
            ),
        ]
    }

    @Sendable private func logIn(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await bodies.read(request, context, as: BodyReader.json) { bytes, _ in
            var fields = try JSONFields(try JSONValue(bytes))
            let text = fields.shortText("key")
            if fields.value("key") == nil { fields.fault("key", "is missing") }
            try fields.finish()
            let owner = try table.owner(ofKey: text ?? "")
            if let seconds = owner.shop.take(owner.key.id) {
                var problem = Problem(.tooManyRequests, "The key makes more requests than it may.")
                problem.retryAfter = max(1, seconds)
                throw problem
            }
            let tenant = owner.shop.engine.tenant
            let made = table.logins.begin(owner.key, of: tenant)
            // Logins of others would push out what administrators did.
            if owner.key.may(.admin) { owner.shop.note("logIn", request, context, by: owner.key, status: 201) }
            let session = Session(tenant: tenant.name, key: owner.key, expires: made.expires)
            var response = try Response.encoded(session, status: .created)
            let seconds = made.expires - LoginTable.now
            response.headers[.setCookie] = LoginCookie.header(made.token, seconds: seconds, for: request)
            return response
        }
    }

    @Sendable private func get(_ request: Request, _ context: ServerContext) async throws -> Response {
        guard let token = LoginCookie.token(of: request), let login = table.logins.login(token),
            let key = table[login.tenant]?.keys.key(id: login.key)
        else { throw Problem.notFound("login") }
        return try .encoded(Session(tenant: login.tenant.name, key: key, expires: login.expires))
    }

    @Sendable private func logOut(_ request: Request, _ context: ServerContext) async throws -> Response {
        if let token = LoginCookie.token(of: request) { table.logins.end(token) }
        return Response(status: .noContent, headers: [.setCookie: LoginCookie.header("", seconds: 0, for: request)])
    }
}
