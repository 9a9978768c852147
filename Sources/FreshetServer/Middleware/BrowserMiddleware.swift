import HTTPTypes
import Hummingbird

/// What browsers need and what they must be kept from: CORS, security headers, and pages that reach for the server from
/// the outside while it is open.
///
/// A server without keys trusts whoever can connect, which is this machine. A browser on this machine runs strangers'
/// pages, though: they could post to `127.0.0.1`, or have a name of their own resolve to it (DNS rebinding). So without
/// keys a request must name a host of this machine, and what changes something must not come from a foreign page.
struct BrowserMiddleware: RouterMiddleware {
    /// Whether no key is needed.
    let isOpen: @Sendable () -> Bool
    let allowedOrigins: Set<String>
    let allowedHosts: Set<String>

    init(configuration: ServerConfiguration, isOpen: @escaping @Sendable () -> Bool) {
        self.isOpen = isOpen
        allowedOrigins = Set(configuration.allowedOrigins.map { $0.lowercased() })
        allowedHosts = Set(configuration.allowedHosts.map { $0.lowercased() })
    }

    func handle(
        _ request: Request,
        context: ServerContext,
        next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let origin = request.headers[.origin]
        let isAllowed = origin.map(isAllowed) ?? false
        var response: Response
        if let problem = problem(request, origin, isAllowed) {
            response = problem.response(trace: context.trace)
        } else if request.method == .options, isAllowed, request.headers[.accessControlRequestMethod] != nil {
            response = Self.preflight
        } else {
            response = try await next(request, context)
        }
        if isAllowed, let origin {
            response.headers[.accessControlAllowOrigin] = allowedOrigins.contains("*") ? "*" : origin
            response.headers[.accessControlExposeHeaders] = "x-request-id, retry-after"
        }
        if !allowedOrigins.isEmpty { response.headers.append(HTTPField(name: .vary, value: "Origin")) }
        response.headers[.xContentTypeOptions] = "nosniff"
        if !response.headers.contains(.cacheControl) { response.headers[.cacheControl] = "no-store" }
        if !response.headers.contains(.contentSecurityPolicy) {
            response.headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        }
        return response
    }

    private func isAllowed(_ origin: String) -> Bool {
        allowedOrigins.contains("*") || allowedOrigins.contains(origin.lowercased())
    }

    private func problem(_ request: Request, _ origin: String?, _ isAllowed: Bool) -> Problem? {
        guard isOpen() else { return nil }
        let host = HostName.withoutPort(request.head.authority ?? "").lowercased()
        guard HostName.isLoopback(host) || allowedHosts.contains(host) else {
            return Problem(.misdirected, "Without keys the server answers to names of this machine only.")
        }
        let changes = request.method != .get && request.method != .head && request.method != .options
        guard changes, let origin, !isAllowed else { return nil }
        let originHost = origin.split(separator: "/").last.map { HostName.withoutPort(String($0)).lowercased() }
        guard originHost == host else {
            return Problem(.forbidden, "Pages of another origin may not change anything here.")
        }
        return nil
    }

    private static let preflight = Response(
        status: .noContent,
        headers: [
            .accessControlAllowMethods: "GET, HEAD, POST, PUT, PATCH, DELETE",
            .accessControlAllowHeaders: "authorization, content-type, traceparent, freshet-read-after",
            .accessControlMaxAge: "600",
        ]
    )
}
