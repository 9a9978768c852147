import HTTPTypes
import Hummingbird

/// Lets a request through to a route when its key has the right, and is not too busy.
struct AccessMiddleware: RouterMiddleware {
    let keys: KeyRing
    let limiter: RateLimiter
    /// Whether the server may be open while there is no key at all.
    let mayBeOpen: Bool
    let right: Right

    func handle(
        _ request: Request,
        context: ServerContext,
        next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if !(mayBeOpen && keys.isEmpty) {
            let key = try key(of: request)
            guard key.may(right) else { throw Problem(.forbidden, "The key lacks the right '\(right.rawValue)'.") }
            context.key = key
        }
        if let seconds = limiter.take(context.key?.id ?? "") {
            var problem = Problem(.tooManyRequests, "The key makes more requests than it may.")
            problem.retryAfter = max(1, seconds)
            throw problem
        }
        return try await next(request, context)
    }

    private func key(of request: Request) throws(Problem) -> APIKey {
        guard let header = request.headers[.authorization] else {
            throw Problem(.unauthorized, "Send a key as 'Authorization: Bearer <key>'.")
        }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw Problem(.unauthorized, "The Authorization header is not 'Bearer <key>'.")
        }
        guard let key = keys.key(for: parts[1]) else {
            throw Problem(.unauthorized, "The key is unknown, revoked or expired.")
        }
        return key
    }
}
