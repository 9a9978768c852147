import Hummingbird
import Logging

/// Turns every error into a problem document; our own into one without details, which go to the log.
struct ProblemMiddleware: RouterMiddleware {
    let routes: [Route]
    let bodies: BodyReader

    func handle(
        _ request: Request,
        context: ServerContext,
        next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = problem(error, request, context).response(trace: context.trace)
        }
        // What is left of a body may be long, or come without end: then the connection ends with the answer.
        if response.status.code < 400 { return response }
        return await bodies.discard(request, context) ? response : Self.closing(response)
    }

    private func problem(_ error: any Error, _ request: Request, _ context: ServerContext) -> Problem {
        if Problem.isOurs(error) {
            context.logger.error("request failed", metadata: ["error": .string(String(describing: error))])
        }
        guard let problem = Problem(error) else { return .hidden }
        guard problem.kind == .notFound, error is HTTPError else { return problem }
        // The router found no route: for the method, or at all?
        let methods = routes.filter { $0.matches(request.uri.path) }.map(\.method)
        guard !methods.isEmpty else {
            return Problem(.notFound, "There is nothing at this path. GET /openapi.json lists what there is.")
        }
        var wrongMethod = Problem(.methodNotAllowed, "The resource has no \(request.method.rawValue).")
        wrongMethod.allowed = methods.contains(.get) ? methods + [.head] : methods
        return wrongMethod
    }

    /// The answer, and then the end of the connection: what is left of the body is not read.
    ///
    /// Half a second lies between the two: closing at once could make the caller's system drop the answer unread.
    private static func closing(_ response: Response) -> Response {
        var response = response
        let body = response.body
        response.headers[.connection] = "close"
        let length = body.contentLength
        response.body = ResponseBody(contentLength: length) { writer in
            try await body.write(writer)
            try await Task.sleep(for: .milliseconds(500))
            throw RefusedBody()
        }
        return response
    }

    /// Thrown when an answer is written, to make the connection close.
    private struct RefusedBody: Error {}
}
