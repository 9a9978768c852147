import CoreMetrics
import FreshetCore
import FreshetEngine
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import FreshetServer

/// Prometheus text, from swift-metrics and from requests.
@Suite struct MetricsTests {
    @Test func writesCountersGaugesAndHistograms() {
        let registry = PrometheusRegistry()
        registry.describe("app.requests", "Requests\nby \\ path.")
        Counter(label: "app.requests", dimensions: [("path", "a\"b\\c\n"), ("b-c", "x")], factory: registry).increment(
            by: 3
        )
        Gauge(label: "depth", factory: registry).record(2.5)
        registry.describe("wait", "Seconds.", bounds: [0.1, 1])
        let timer = Timer(label: "wait", factory: registry)
        timer.recordMilliseconds(50)
        timer.recordSeconds(0.5)
        timer.recordSeconds(7)
        let expected = """
            # HELP app_requests_total Requests\\nby \\\\ path.
            # TYPE app_requests_total counter
            app_requests_total{b_c="x",path="a\\"b\\\\c\\n"} 3
            # TYPE depth gauge
            depth 2.5
            # HELP wait_seconds Seconds.
            # TYPE wait_seconds histogram
            wait_seconds_bucket{le="0.1"} 1
            wait_seconds_bucket{le="1"} 2
            wait_seconds_bucket{le="+Inf"} 3
            wait_seconds_sum 7.55
            wait_seconds_count 3

            """
        #expect(registry.text() == expected)
    }

    /// Those of the default one have no label, so that nothing changes for who has one shop.
    @Test func theEnginesFiguresBearTheNameOfTheirTenant() throws {
        func series(of tenant: Tenant) -> [Substring] {
            let registry = PrometheusRegistry()
            StatusMetrics.add(SampleStatus.status, ServingCounts(), of: tenant, to: registry)
            return registry.text().split(separator: "\n").filter { !$0.hasPrefix("#") }
        }
        let books = series(of: try Tenant("books"))
        #expect(books.count > 30 && books.allSatisfy { $0.contains("tenant=\"books\"") }, "\(books)")
        #expect(series(of: .default).allSatisfy { !$0.contains("tenant=") })
    }

    @Test func keepsOneSeriesForOneName() {
        let registry = PrometheusRegistry()
        for _ in 0..<2 { Counter(label: "n", factory: registry).increment() }
        #expect(registry.text().contains("n_total 2\n"))
        let meter = Meter(label: "m", factory: registry)
        meter.set(1)
        meter.decrement(by: 3)
        #expect(registry.text().contains("m -2\n"))
        meter.destroy()
        #expect(!registry.text().contains("m -2"))
    }

    @Test func countsRequestsByRoute() async throws {
        try await TestServer().test { client in
            _ = try await client.send(.post, "/v1/events", #"[{"user":"a","item":"b"},{"user":"a"}]"#)
            _ = try await client.send(.get, "/v1/items/x")
            _ = try await client.send(.get, "/nothing")
            let text = try await client.send(.get, "/metrics").text
            for line in [
                #"freshet_http_requests_total{method="POST",route="/v1/events",status="2xx"} 1"#,
                #"freshet_http_requests_total{method="GET",route="/v1/items/{id}",status="4xx"} 1"#,
                #"freshet_http_requests_total{method="other",route="none",status="4xx"} 1"#,
                #"freshet_http_request_seconds_count{route="/v1/events"} 1"#,
                #"freshet_http_events_total{outcome="accepted"} 1"#,
                #"freshet_http_events_total{outcome="rejected"} 1"#, "freshet_http_requests_in_flight 1",
                "freshet_log_newest_offset 1", "freshet_impressions_waiting 0", "freshet_impressions_dropped 0",
            ] {
                #expect(text.contains(line + "\n"), "\(line)")
            }
            for line in text.split(separator: "\n") where !line.hasPrefix("#") {
                #expect(line.wholeMatch(of: /[a-zA-Z_:][a-zA-Z0-9_:]*(\{.*\})? \S+/) != nil, "\(line)")
            }
        }
    }
}
