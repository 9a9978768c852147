import HTTPTypes
import Hummingbird
import Logging

/// Names each request, counts and times it, and writes it to the log where that is asked for.
struct TelemetryMiddleware: RouterMiddleware {
    let metrics: ServerMetrics
    let logsRequests: Bool

    func handle(
        _ request: Request,
        context: ServerContext,
        next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var context = context
        context.trace = TraceContext.trace(of: request.headers[.traceHeader])
        context.logger[metadataKey: "trace_id"] = .string(context.trace)
        metrics.requestsInFlight.increment(by: 1.0)
        defer { metrics.requestsInFlight.decrement(by: 1.0) }
        var response = try await next(request, context)
        response.headers[.requestID] = context.trace
        let duration = ContinuousClock.now - start
        metrics.record(request.method, path: context.endpointPath, status: response.status.code, duration)
        if logsRequests {
            context.logger.info(
                "request",
                metadata: [
                    "method": .string(request.method.rawValue),
                    // The path and not the query, and the route where there is one: ids of users stay out of the log.
                    "route": .string(context.endpointPath ?? "none"),
                    "status": .stringConvertible(response.status.code),
                    "milliseconds": .stringConvertible(duration / .milliseconds(1)),
                ]
            )
        }
        return response
    }
}

extension HTTPField.Name {
    /// W3C Trace Context.
    static let traceHeader = Self.known("traceparent")
    /// The trace id of an answer.
    static let requestID = Self.known("x-request-id")

    /// A header by a name that is written here and so is sound.
    static func known(_ name: StaticString) -> Self {
        guard let field = Self(name.description) else { preconditionFailure("'\(name)' is no header name") }
        return field
    }
}
