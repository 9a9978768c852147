import FreshetCore
import FreshetEngine
import HTTPTypes
import Hummingbird
import Logging

extension HTTPField.Name {
    /// The offset of an event that a request wants to be known: `offset` of an answer to `POST /v1/events`.
    static let freshetReadAfter = Self.known("freshet-read-after")
}

/// Lets a request through to an operation of its own tenant when its key has the right, and is not too busy; notes what
/// administrators change.
struct AccessMiddleware: RouterMiddleware {
    let table: ShopTable
    /// The shop of who runs the server.
    let own: Shop
    /// Whether the server may be open while there is no key at all.
    let mayBeOpen: Bool
    let right: Right
    /// The operation's id.
    let operation: String

    /// Whether no key is needed: nobody has one, and there is nobody to be kept apart.
    static func isOpen(_ own: Shop, _ table: ShopTable) -> Bool { own.keys.isEmpty && table.hasOne }

    func handle(
        _ request: Request,
        context: ServerContext,
        next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        var shop = own
        if !(mayBeOpen && Self.isOpen(own, table)) {
            let owner = try owner(of: request)
            guard owner.key.may(right) else {
                throw Problem(.forbidden, "The key lacks the right '\(right.rawValue)'.")
            }
            (context.key, context.tenant, shop) = (owner.key, owner.shop.engine.tenant, owner.shop)
        }
        if let seconds = shop.take(context.key?.id ?? "") {
            var problem = Problem(.tooManyRequests, "The key makes more requests than it may.")
            problem.retryAfter = max(1, seconds)
            throw problem
        }
        try await Self.waitForEvents(named: request, shop)
        guard right == .admin, Self.changes(request) else {
            return try await answer(request, context, shop, next)
        }
        do {
            let response = try await answer(request, context, shop, next)
            shop.note(operation, request, context, by: context.key, status: response.status.code)
            return response
        } catch let error {
            let status = (Problem(error) ?? .hidden).kind.status.code
            shop.note(operation, request, context, by: context.key, status: status)
            throw error
        }
    }

    private func answer(
        _ request: Request,
        _ context: ServerContext,
        _ shop: Shop,
        _ next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        guard shop !== own else { return try await next(request, context) }
        guard let handler = shop.handler(of: operation) else {
            throw Problem(.forbidden, "Only who runs the server may do this: it needs a key of the default tenant.")
        }
        var context = context
        context.logger[metadataKey: "tenant"] = .string(context.tenant.name)
        return try await shop.serve { [context] in try await handler(request, context) }
    }

    /// Waits until the events are known here that the caller got the offset of, perhaps from another server.
    private static func waitForEvents(named request: Request, _ shop: Shop) async throws {
        guard let text = request.headers[.freshetReadAfter] else { return }
        guard let offset = Int64(text), offset >= 0 else {
            throw Problem(.invalidRequest, "The header Freshet-Read-After is not the offset of an event.")
        }
        guard try await !shop.engine.waitUntilKnown(offset) else { return }
        var problem = Problem(.unavailable, "The event of offset \(offset) is not known here yet.")
        problem.retryAfter = 1
        throw problem
    }

    private static func changes(_ request: Request) -> Bool {
        request.method != .get && request.method != .head && request.method != .options
    }

    /// Whose request it is: by the key that it brings, else by the login that its cookie stands for.
    private func owner(of request: Request) throws(Problem) -> (shop: Shop, key: APIKey) {
        guard let header = request.headers[.authorization] else {
            guard let token = LoginCookie.token(of: request) else {
                throw Problem(.unauthorized, "Send a key as 'Authorization: Bearer <key>'.")
            }
            return try owner(ofToken: token, request)
        }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw Problem(.unauthorized, "The Authorization header is not 'Bearer <key>'.")
        }
        return try table.owner(ofKey: parts[1])
    }

    private func owner(ofToken token: String, _ request: Request) throws(Problem) -> (shop: Shop, key: APIKey) {
        guard let login = table.logins.login(token), let shop = table[login.tenant],
            let key = shop.keys.key(id: login.key)
        else { throw Problem(.unauthorized, "The login is over. Log in again with the key.") }
        guard !Self.changes(request) || LoginCookie.isFromHere(request) else {
            throw Problem(.forbidden, "Pages of another origin may not change anything here.")
        }
        return (shop, key)
    }
}
