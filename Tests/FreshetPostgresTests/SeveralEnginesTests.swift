#if PostgreSQL
import Foundation
import FreshetCore
import FreshetData
import FreshetEngine
import FreshetPostgres
import FreshetRecommendation
import Logging
import Testing

/// Two servers and a learner with one store: here three engines, which share nothing but PostgreSQL and a folder.
@Suite struct SeveralEnginesTests {
    /// Engines of one shop that run.
    private final class Fleet {
        let folder = FileManager.default.temporaryDirectory.path + "/freshet-fleet-\(UUID().uuidString)"
        private let schema: String
        private var running: [Task<Void, any Error>] = []

        init(_ schema: String) { self.schema = schema }

        deinit {
            for task in running { task.cancel() }
            try? FileManager.default.removeItem(atPath: folder)
        }

        func start(_ role: EngineRole, _ name: String) async throws -> Engine {
            var settings = EngineConfiguration(folder: folder + "/" + name)
            settings.cluster.role = role
            settings.cluster.folder = folder + "/shared"
            settings.cluster.pollSeconds = 0.02
            settings.cluster.readAfterSeconds = 5
            settings.learning.publishEvery = 0.05
            settings.learning.checkpointEvery = 0.2
            settings.retraining.isEnabled = false
            settings.language.encoder = "light"
            settings.recommender.policies.newItemShare = 0
            let store = try PostgresServer.shared.get().open(schema, lease: role.learns ? .now : .none)
            let engine = try await Engine(
                configuration: settings,
                store: store,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                shared: LocalSharedFolder(folder + "/shared"),
                lease: store.leaseNumber ?? 0
            )
            running.append(Task { try await engine.run() })
            return engine
        }
    }

    private func wait(_ what: String, _ condition: () async throws -> Bool) async throws {
        for _ in 0..<6_000 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("not so: \(what)")
    }

    private func events(_ count: Int, from first: Int = 0) -> [Event] {
        (first..<first + count).map {
            Event(user: "u\($0 % 7)", item: "i\($0 % 11)", time: Timestamp(seconds: Int64($0)))
        }
    }

    @Test func whatOneServerIsToldAllKnow() async throws {
        let fleet = Fleet("e1")
        let learner = try await fleet.start(.learner, "learner")
        let (first, second) = (try await fleet.start(.server, "a"), try await fleet.start(.server, "b"))
        let receipt = try await first.accept(events(60))
        #expect(receipt.offset == 60)
        for engine in [second, learner] {
            #expect(try await engine.waitUntilKnown(receipt.offset))
            #expect(try await engine.history(of: "u1", limit: 100).count == 9)
        }
        // The catalogue.
        try await first.put([Item(id: "i1", title: "kettle"), Item(id: "new", title: "kettle of steel")])
        try await wait("the item is known") {
            try await second.search(SearchRequest(query: "kettle")).items.contains { $0.id == "new" }
        }
        _ = try await second.removeItem("new")
        try await wait("it is gone") {
            try await !first.search(SearchRequest(query: "kettle")).items.contains { $0.id == "new" }
        }
        // Rules.
        let pin = Rule.Actions(pin: [Rule.Pin(item: "i3", position: 1)])
        _ = try await first.put(Rule(id: "top", then: pin))
        try await wait("the rule is in force") { second.rule("top") != nil && learner.rule("top") != nil }
        // Users who turn out to be one, and who are erased.
        _ = try await second.merge("u1", into: "u2")
        try await wait("both histories are one") { try await first.history(of: "u1", limit: 100).count == 18 }
        _ = try await first.eraseUser("u3")
        try await wait("nobody knows them") { try await second.history(of: "u3", limit: 10).isEmpty }
        // What only a learner can do.
        await #expect(throws: FreshetError.self) { try await first.rollback() }
        await #expect(throws: FreshetError.self) { try await second.retrain() }
        #expect(try await !first.waitUntilKnown(10_000))
    }

    @Test func learnedWeightsAreEverywhere() async throws {
        let fleet = Fleet("e2")
        let learner = try await fleet.start(.learner, "learner")
        let server = try await fleet.start(.server, "server")
        for first in stride(from: 0, to: 2_000, by: 200) {
            _ = try await server.accept(events(200, from: first))
            try await Task.sleep(for: .milliseconds(30))
        }
        try await wait("all is learned") { learner.status().learner.offset == 2_000 }
        try await wait("and published") {
            let (one, other) = (learner.status(), server.status())
            return one.publication?.offset == 2_000 && other.publication?.number == one.publication?.number
                && one.live == other.live
        }
        #expect(server.status().learner.state == "elsewhere" && server.status().learner.lagEvents == 0)
        // A third one begins with it.
        try await wait("the learner's own state is there") {
            try FileManager.default.contentsOfDirectory(atPath: fleet.folder + "/shared").contains {
                $0.contains("learner")
            }
        }
        let late = try await fleet.start(.server, "late")
        try await wait("it has the same") { late.status().publication?.number == learner.status().publication?.number }
        for user in 0..<7 {
            let question = RecommendationRequest(user: "u\(user)", count: 5)
            let lists = [
                try await learner.recommend(question), try await server.recommend(question),
                try await late.recommend(question),
            ]
            #expect(lists[0].items.map(\.id) == lists[1].items.map(\.id))
            #expect(lists[0].items.map(\.score) == lists[1].items.map(\.score))
            #expect(lists[0].items.map(\.id) == lists[2].items.map(\.id))
        }
    }
}
#endif
