import FreshetCore
import HTTPTypes
import Hummingbird

/// Serves the dashboard: `GET /` and the files it needs below `/dashboard`.
///
/// The files hold no data and need no key; the page asks for one when the API does.
struct DashboardController {
    var routes: [Route] {
        let page = Operation.Answer(status: 200, detail: "The page.", type: "text/html", schema: ["type": "string"])
        let file = Operation.Answer(status: 200, detail: "The file.", type: "*/*", schema: ["type": "string"])
        let name = Operation.Parameter(
            name: "file",
            place: "path",
            detail: "The name of the file.",
            schema: ["type": "string", "enum": .array(DashboardFile.all.keys.sorted().map { .string($0) })]
        )
        return [
            Route(.get, "/", right: nil, Operation("dashboard", tag: "documents", "The dashboard", answer: page)) {
                request,
                _ in
                try Self.response(to: request, fileNamed: "index.html")
            },
            Route(
                .get,
                "/dashboard/{file}",
                right: nil,
                Operation(
                    "dashboardFile",
                    tag: "documents",
                    "A file of the dashboard",
                    parameters: [name],
                    answer: file,
                    problems: [.notFound]
                )
            ) { request, context in
                try Self.response(to: request, fileNamed: context.identifier("file"))
            },
        ]
    }

    private static func response(to request: Request, fileNamed name: String) throws(Problem) -> Response {
        guard let file = DashboardFile.all[name] else { throw .notFound("file '\(name)'") }
        let headers: HTTPFields = [
            .contentType: file.contentType,
            .eTag: file.entityTag,
            // Asked for anew each time and answered by 304: an upgrade of the server shows at once.
            .cacheControl: "no-cache",
            .contentSecurityPolicy: DashboardFile.contentSecurityPolicy,
            .known("Referrer-Policy"): "no-referrer",
            .known("Cross-Origin-Opener-Policy"): "same-origin",
        ]
        if request.headers[.ifNoneMatch] == file.entityTag {
            return Response(status: .notModified, headers: headers)
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes)))
    }
}
