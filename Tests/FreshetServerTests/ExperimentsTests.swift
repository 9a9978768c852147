import Foundation
import FreshetCore
import FreshetEngine
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import FreshetServer

/// An experiment of two variants, the second of which changes something.
private func two(_ change: String) -> String {
    #"{"id": "e", "metrics": ["ctr"], "variants": [{"name": "a"}, {"name": "b", \#(change)}]}"#
}

/// `/v1/experiments`.
@Suite("Experiments over HTTP") struct ExperimentsTests {
    private static let draft = """
        {"id": "home-diversity", "metrics": ["ctr"], "guardrails": ["empty"], "coverage": 0.5, "scenarios": ["home"],
         "variants": [{"name": "today", "weight": 0.5},
                      {"name": "varied", "weight": 0.5, "scenario": {"diversity": 0.4}}],
         "rules": {"minimum_days": 7}, "days_before": 0}
        """

    /// A server whose users have clicked.
    private static func run(_ body: @Sendable @escaping (TestServer, TestClient) async throws -> Void) async throws {
        let test = try await TestServer { _ in
        } engine: {
            $0.language.encoder = "light"
        }
        let events = (0..<20).map { Event(user: "u\($0)", item: "i\($0 % 5)", type: $0 % 2 == 0 ? .view : "click") }
        _ = try await test.engine.accept(events)
        try await test.test { try await body(test, $0) }
    }

    @Test func goesFromStartToEnd() async throws {
        try await Self.run { _, client in
            let made = try await client.send(.post, "/v1/experiments", Self.draft)
            #expect(made.status == 201, "\(made.text)")
            #expect(made.json["state"] as? String == "running" && made.json["coverage"] as? Double == 0.5)
            let variants = try #require(made.json["variants"] as? [[String: Any]])
            #expect((variants[1]["scenario"] as? [String: Any])?["diversity"] as? Double == 0.4)
            #expect(variants[0].keys.sorted() == ["name", "weight"])
            var seen: Set<String> = []
            for user in 0..<40 {
                let body = #"{"user": "u\#(user)", "scenario": "home", "count": 2}"#
                let answer = try await client.send(.post, "/v1/recommendations", body)
                if let variant = answer.json["variant"] as? String { seen.insert(variant) }
            }
            #expect(seen == ["home-diversity:today", "home-diversity:varied"])
            let list = try await client.send(.get, "/v1/experiments")
            #expect((list.json["experiments"] as? [[String: Any]])?.first?["id"] as? String == "home-diversity")
            let again = try await client.send(.post, "/v1/experiments", Self.draft)
            #expect(again.status == 409 && again.json["type"] as? String == "/problems/conflict")
            let path = "/v1/experiments/home-diversity"
            #expect(try await client.send(.delete, path).status == 409)
            let ended = try await client.send(.post, path + "/conclude?variant=varied")
            #expect(ended.status == 200 && ended.json["state"] as? String == "concluded")
            #expect((ended.json["decision"] as? [String: Any])?["winner"] as? String == "varied")
            #expect(try await client.send(.post, path + "/stop").status == 409)
            #expect(try await client.send(.post, path + "/ship").json["state"] as? String == "shipped")
            #expect(try await client.send(.delete, path).status == 204)
            #expect(try await client.send(.get, path).status == 404)
        }
    }

    @Test(arguments: [
        (two(#""wieght": 0.5"#), "weight"),
        (
            #"{"id": "e", "metrics": ["ctr"], "variants": [{"name": "a", "weight": 0.5}, {"name": "b"}]}"#,
            "none of them"
        ),
        (
            #"{"id": "e", "metrics": ["ctr"], "variants": [{"name": "a", "weight": 0.5}, {"name": "b", "weight": 0.4}]}"#,
            "add up"
        ),
        (#"{"id": "e", "metrics": ["ctr"], "variants": [{"name": "a"}]}"#, "two or more"),
        (#"{"id": "e", "metrics": ["clicks"], "variants": [{"name": "a"}, {"name": "b"}]}"#, "Known:"),
        (#"{"id": "e", "metrics": ["satisfaction"], "variants": [{"name": "a"}, {"name": "b"}]}"#, "has no events"),
        (#"{"id": "e", "metrics": ["ctr"], "unit": "page", "variants": [{"name": "a"}, {"name": "b"}]}"#, "user"),
        (two(#""policy": "x""#), "scenario"), (two(#""rule": "x""#), "rule"),
        (
            #"{"id": "e", "metrics": ["ctr"], "method": "bandit", "bandit": {"floor": 0.7}, "variants": [{"name": "a"}, {"name": "b"}]}"#,
            "bandit.floor"
        ),
        (two(#""version": "7""#), "not kept"),
        (two(#""frozen": true"#), "freeze"),
        (
            two(#""scenario": {"divresity": 1}"#),
            "diversity"
        ),
        (
            two(#""scenario": {"diversity": "x"}"#),
            "/variants/1/scenario/diversity"
        ),
        (
            two(#""frozen": true, "version": "1""#),
            "one thing"
        ),
        (#"{"metrics": ["ctr"], "variants": [{"name": "a"}, {"name": "b"}]}"#, "/id"),
        (#"{"id": "e", "metrics": ["ctr"]}"#, "/variants"),
    ])
    func whatIsAskedWronglyIsRefusedInWords(body: String, says: String) async throws {
        try await Self.run { test, client in
            let answer = try await client.send(.post, "/v1/experiments", body)
            let isRefused = (400..<500).contains(answer.status) && answer.text.contains(says)
            #expect(isRefused, "\(answer.status) \(answer.text)")
            #expect(answer.headers[.contentType] == "application/problem+json")
            #expect(test.engine.experiments.isEmpty)
        }
    }

    @Test func weightsAndCoverageAreChanged() async throws {
        try await Self.run { _, client in
            _ = try await client.send(.post, "/v1/experiments", Self.draft)
            let path = "/v1/experiments/home-diversity"
            let body = #"{"coverage": 0.8, "weights": {"today": 0.6, "varied": 0.4}}"#
            let changed = try await client.send(.patch, path, body)
            #expect(changed.status == 200, "\(changed.text)")
            #expect(changed.json["coverage"] as? Double == 0.8)
            let weights = (changed.json["variants"] as? [[String: Any]])?.compactMap { $0["weight"] as? Double }
            #expect(weights == [0.6, 0.4])
            let periods = try #require(changed.json["periods"] as? [[String: Any]])
            #expect(periods.map { $0["coverage"] as? Double } == [0.5, 0.8])
            for (wrong, says) in [
                ("{}", "nothing changes"), (#"{"weights": {"today": 2}}"#, "/weights/today"),
                (#"{"weights": [1]}"#, "an object"), (#"{"weights": {"x": 0.5}}"#, "Known:"),
                (#"{"weights": {"today": 0.9}}"#, "add up"), (#"{"coverge": 1}"#, "coverage"),
            ] {
                let answer = try await client.send(.patch, path, wrong)
                let isRefused = (400..<500).contains(answer.status) && answer.text.contains(says)
                #expect(isRefused, "\(wrong): \(answer.status) \(answer.text)")
            }
            #expect(try await client.send(.patch, "/v1/experiments/x", body).status == 404)
        }
    }

    @Test func prometheusKnowsWhatTheyShow() async throws {
        try await Self.run { test, client in
            let running = Task { try await test.engine.run() }
            defer { running.cancel() }
            _ = try await client.send(.post, "/v1/experiments", Self.draft)
            for user in 0..<40 {
                let body = #"{"user": "u\#(user)", "scenario": "home", "count": 2}"#
                _ = try await client.send(.post, "/v1/recommendations", body)
            }
            var text = ""
            for _ in 0..<600 where !text.contains(#"freshet_feedback_answers{scenario="home"} 40"#) {
                try await Task.sleep(for: .milliseconds(20))
                text = try await client.send(.get, "/metrics").text
            }
            #expect(text.contains("freshet_experiments_running 1\n"))
            let users = ["today", "varied"].map { variant in
                let name = #"freshet_experiment_users{experiment="home-diversity",variant="\#(variant)"} "#
                let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
                return line.flatMap { Int($0.dropFirst(name.count)) } ?? 0
            }
            #expect(users.allSatisfy { $0 > 0 } && users.reduce(0, +) < 40, "\(users)")
            running.cancel()
            try await running.value
        }
    }

    /// Reading is anybody's with the right to read; starting and ending needs the right of an administrator.
    @Test func changesNeedTheRightAdmin() async throws {
        try await Self.run { test, client in
            _ = try await test.keys.create(name: "admin", rights: [.admin])
            let key = try await test.keys.create(name: "shop", rights: [.read]).text
            #expect(try await client.send(.get, "/v1/experiments", key: key).status == 200)
            #expect(try await client.send(.post, "/v1/experiments", Self.draft, key: key).status == 403)
            #expect(try await client.send(.post, "/v1/experiments/x/stop", key: key).status == 403)
        }
    }
}
