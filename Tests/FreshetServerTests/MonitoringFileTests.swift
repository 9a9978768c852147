import Foundation
import FreshetCore
import FreshetEngine
import Hummingbird
import HummingbirdTesting
import Testing

@testable import FreshetServer

/// The dashboard and the alert rules name figures that there are, and every alert says what to do.
@Suite struct MonitoringFileTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Documentation")

    private static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }

    /// Every name of a figure that a server writes, those of one that has learned included.
    private static func exposed() async throws -> Set<String> {
        let test = try await TestServer()
        let learned = PrometheusRegistry()
        StatusMetrics.add(SampleStatus.status, ServingCounts(), of: .default, to: learned)
        let collected = NamesBox()
        try await test.test { client in
            _ = try await client.send(.post, "/v1/events", #"{"user":"a","item":"b"}"#)
            _ = try await client.send(.post, "/v1/recommendations", #"{"user":"a"}"#)
            await collected.set(try await client.send(.get, "/metrics").text)
        }
        let text = await collected.text + learned.text()
        var names: Set<String> = []
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            names.insert(String(line.prefix { character in character != "{" && character != " " }))
        }
        return names
    }

    private actor NamesBox {
        var text = ""
        func set(_ text: String) { self.text = text }
    }

    @Test(arguments: ["Monitoring/grafana.json", "Monitoring/alerts.yml"])
    func namesOnlyFiguresThatThereAre(file: String) async throws {
        var known = try await Self.exposed()
        known.insert("freshet_gain_mrr")
        let names = Set(try Self.text(file).matches(of: /\b(?:freshet|process)_[a-z_]+\b/).map { String($0.output) })
        #expect(names.count > 10)
        #expect(names.subtracting(known).isEmpty, "\(names.subtracting(known).sorted())")
    }

    @Test func everyAlertSaysWhatToDo() throws {
        let alerts = try Self.text("Monitoring/alerts.yml").matches(of: /alert: (\w+)/).map { String($0.1) }
        let headings = try Self.text("Monitoring.md").matches(of: /## (Freshet\w+)/).map { String($0.1) }
        #expect(alerts.count > 5 && Set(alerts).count == alerts.count)
        #expect(alerts == headings)
    }

    @Test func theDashboardIsOneGrafanaReads() throws {
        let data = Data(try Self.text("Monitoring/grafana.json").utf8)
        let dashboard = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let panels = try #require(dashboard["panels"] as? [[String: Any]])
        #expect(Set(panels.compactMap { $0["id"] as? Int }).count == panels.count)
        for panel in panels where panel["type"] as? String != "row" {
            let targets = panel["targets"] as? [[String: Any]] ?? []
            #expect(!targets.isEmpty && targets.allSatisfy { ($0["expr"] as? String)?.isEmpty == false })
        }
    }

    /// A route's series come with its first request: a fresh server has few.
    @Test func aFreshServerHasFewSeries() async throws {
        let test = try await TestServer()
        try await test.test { client in
            func series() async throws -> [Substring] {
                try await client.send(.get, "/metrics").text.split(separator: "\n").filter { !$0.hasPrefix("#") }
            }
            let fresh = try await series()
            #expect(fresh.count < 120, "\(fresh.count)")
            #expect(!fresh.contains { $0.contains("/v1/popular") })
            _ = try await client.send(.get, "/v1/popular")
            #expect(try await series().contains { $0.contains("/v1/popular") })
        }
    }

    @Test func countsAnswersFeedbackAndTheProcess() async throws {
        let test = try await TestServer()
        try await test.test { client in
            _ = try await client.send(.post, "/v1/recommendations", #"{"user":"a"}"#)
            _ = try await client.send(.post, "/v1/events", #"{"user":"a","item":"b"}"#)
            let answer = try await client.send(.post, "/v1/recommendations", #"{"user":"a","include_seen":true}"#)
            let id = try #require(answer.json["recommendation_id"] as? String)
            let feedback = #"[{"user":"a","item":"b","recommendation_id":"\#(id)"},{"user":"a","item":"b"}]"#
            _ = try await client.send(.post, "/v1/events", feedback)
            for _ in 0..<2 { _ = try await client.send(.get, "/v1/popular") }
            let text = try await client.send(.get, "/metrics").text
            for line in [
                "freshet_answers_total 2", "freshet_empty_answers_total 1", "freshet_feedback_events_total 1",
                "freshet_cache_hits_total 1",
            ] { #expect(text.contains("\n\(line)\n"), "\(line)\n\(text)") }
            for name in [
                "process_cpu_seconds_total", "process_resident_memory_bytes", "freshet_disk_free_bytes",
                "freshet_disk_size_bytes",
            ] {
                let value = text.split(separator: "\n").first { $0.hasPrefix(name + " ") }?.split(separator: " ").last
                #expect(value.flatMap { Double($0) }.map { $0 > 0 } == true, "\(name)")
            }
        }
    }
}
