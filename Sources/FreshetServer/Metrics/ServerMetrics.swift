import Hummingbird

/// The figures of HTTP, made once so that a request only adds to them; those of a route show from its first request on.
struct ServerMetrics: Sendable {
    private struct Handles: Sendable {
        /// By hundreds of the status.
        let requests: [PrometheusNumber]
        let seconds: PrometheusHistogram
    }

    /// Requests that are being answered.
    let requestsInFlight: PrometheusNumber
    private let handles: [String: [HTTPRequest.Method: Handles]]
    private let others: Handles

    /// Makes the figures of a table of routes.
    init(_ registry: PrometheusRegistry, routes: [Route]) {
        registry.describe("freshet_http_requests", "Requests by route, method and hundreds of the status.")
        registry.describe("freshet_http_request", "Seconds from a request's head to its answer, by route.")
        registry.describe("freshet_http_requests_in_flight", "Requests that are being answered.")
        requestsInFlight = registry.gauge("freshet_http_requests_in_flight", [])
        func makeHandles(_ method: String, _ path: String) -> Handles {
            let labels = [("method", method), ("route", path)]
            return Handles(
                requests: (1...5).map {
                    registry.counter("freshet_http_requests", labels + [("status", "\($0)xx")], showsZero: false)
                },
                seconds: registry.histogram(
                    "freshet_http_request_seconds",
                    [("route", path)],
                    PrometheusRegistry.secondBounds,
                    showsEmpty: false
                )
            )
        }
        var handles: [String: [HTTPRequest.Method: Handles]] = [:]
        for route in routes {
            handles[route.routerPath.description, default: [:]][route.method] = makeHandles(
                route.method.rawValue,
                route.path
            )
        }
        self.handles = handles
        others = makeHandles("other", "none")
    }

    /// Counts a request.
    func record(_ method: HTTPRequest.Method, path: String?, status: Int, _ duration: Duration) {
        let handles = path.flatMap { self.handles[$0]?[method] } ?? others
        handles.requests[min(max(status / 100, 1), 5) - 1].increment(by: 1.0)
        handles.seconds.record(duration / .seconds(1))
    }
}
