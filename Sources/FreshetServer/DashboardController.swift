import HTTPTypes
import Hummingbird

/// Serves the dashboard: `GET /` and the files it needs below `/dashboard`.
///
/// The files hold no data and need no key; the page asks for one when the API does.
public struct DashboardController<Context: RequestContext>: Sendable {
    /// Creates a controller.
    public init() {}

    /// The routes, relative to the server's root.
    public var endpoints: RouteCollection<Context> {
        let routes = RouteCollection(context: Context.self)
        routes.get("/") { request, _ in
            try Self.response(to: request, fileNamed: "index.html")
        }
        routes.get("/dashboard/:file") { request, context in
            try Self.response(to: request, fileNamed: context.parameters.require("file"))
        }
        return routes
    }

    private static func response(to request: Request, fileNamed name: String) throws -> Response {
        guard let file = DashboardFile.all[name] else { throw HTTPError(.notFound) }
        let headers: HTTPFields = [
            .contentType: file.contentType,
            .eTag: file.entityTag,
            // Asked for anew each time and answered by 304: an upgrade of the server shows at once.
            .cacheControl: "no-cache",
            .contentSecurityPolicy: DashboardFile.contentSecurityPolicy,
            .xContentTypeOptions: "nosniff",
            HTTPField.Name("Referrer-Policy")!: "no-referrer",
            HTTPField.Name("Cross-Origin-Opener-Policy")!: "same-origin",
        ]
        if request.headers[.ifNoneMatch] == file.entityTag {
            return Response(status: .notModified, headers: headers)
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes)))
    }
}
