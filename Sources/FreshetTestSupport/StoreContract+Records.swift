import FreshetCore
import FreshetData

extension StoreContract {
    func keepsImpressions(_ store: any EngineStore) async throws {
        _ = try await store.append([Event(user: "ann", item: "tea", time: 1)])
        let impressions = [
            Impression(
                id: "r1",
                user: "ann",
                time: 5,
                model: ModelVersion(3, update: 17),
                scenario: "home",
                variant: "ranker:b",
                rules: ["a", "!b.c"],
                segments: ["large", "new"],
                teams: [1, 0],
                latency: 2.5,
                context: [
                    "device": .text("phone"), "battery": .number(0.5), "word": .text("nan"),
                    "tabs": .texts(["a", "b"]),
                ],
                items: [.init(item: "tea", score: 0.25, propensity: 0.5), .init(item: "unknown", score: -1)]
            ),
            Impression(id: "r2", user: "not seen", time: 6, model: ModelVersion(0), items: []),
            Impression(id: "r3", user: nil, time: 7, model: ModelVersion(0), items: [.init(item: "tea", score: 1)]),
        ]
        try await store.record(impressions)
        // One that is there stays as it is.
        try await store.record([Impression(id: "r2", user: "other", time: 8, model: ModelVersion(1), items: [])])
        for impression in impressions {
            let found = try await store.impression(impression.id)
            try require(found == impression, "\(impression) comes back as \(String(describing: found))")
        }
        let missing = try await store.impression("r4")
        try require(missing == nil, "an impression that was never recorded is found")
        let answers = [
            Event(
                user: "ann",
                item: "tea",
                type: .purchase,
                value: 2,
                profit: 0.1,
                time: 8,
                id: "e1",
                recommendationID: "r1"
            ),
            Event(user: "bob", item: "cup", type: .view, time: 9, recommendationID: "r1"),
        ]
        _ = try await store.append([Event(user: "ann", item: "tea", time: 7)] + answers)
        let (feedback, none) = try await (store.feedback(on: "r1"), store.feedback(on: "r2"))
        try require(feedback == answers && none.isEmpty, "feedback comes back as \(feedback) and \(none)")
        let first = try store.impressions(after: 0, limit: 2)
        let rest = try store.impressions(after: first.last?.number ?? 0, limit: 5)
        let read = (first + rest).map { $0.impression }
        try require(first.count == 2 && read == impressions, "impressions are read in order as \(read)")
        let named = try store.namingEvents(after: 1, limit: 10)
        let names = named.map { $0.recommendation }
        try require(named.map { $0.event.offset } == [2, 3, 4], "events behind the first are \(named)")
        try require(names == [nil, "r1", "r1"], "events name the answers \(names)")
        let profits = named.map { $0.profit }
        try require(profits == [nil, 0.1, nil], "events leave \(profits)")
    }

    func keepsVersions(_ store: any EngineStore) async throws {
        func record(_ number: Int, _ update: Int, _ state: VersionRecord.State) -> VersionRecord {
            VersionRecord(version: ModelVersion(number, update: update), state: state, created: 9, offset: 3)
        }
        var figures = record(10, 2, .live)
        figures.folder = "versions/10"
        figures.figures = ["recall@10": 0.1 + 0.2, "loss": .infinity]
        for version in [record(9, 0, .retired), figures, record(10, 0, .training), record(2, 30, .discarded)] {
            try await store.put(version)
        }
        try await store.put(record(10, 0, .retired))
        let versions = try await store.versions()
        let wanted = [figures, record(10, 0, .retired), record(9, 0, .retired), record(2, 30, .discarded)]
        try require(versions == wanted, "versions come back as \(versions)")

        let decisions = (0..<5).map { number in
            Decision(
                kind: Decision.Kind.allCases[number],
                version: ModelVersion(number),
                time: 100 - Int64(number),
                offset: Int64(number),
                reason: "because \"\(number)\"",
                evidence: ["margin": -0.5]
            )
        }
        for decision in decisions { try await store.record(decision) }
        let (newest, all) = try await (store.decisions(limit: 2), store.decisions(limit: 100))
        try require(all == decisions.reversed(), "decisions come back as \(all)")
        try require(newest == Array(all[..<2]), "the newest two decisions are \(newest)")
    }

    func keepsSettings(_ store: any EngineStore) async throws {
        for (name, value) in [("key/b", "2"), ("key/a", "1"), ("other", ""), ("key/a", "3"), ("kez", "4")] {
            try await store.setSetting(name, to: value)
        }
        let (some, all) = try await (store.settings(prefix: "key/"), store.settings(prefix: ""))
        try require(some == ["key/a": "3", "key/b": "2"], "settings 'key/…' are \(some)")
        try require(all.count == 4, "all settings are \(all)")
        try await store.setSetting("key/a", to: nil)
        let (gone, empty) = try await (store.setting("key/a"), store.setting("other"))
        try require(gone == nil && empty == "", "a removed setting is \(String(describing: gone))")
    }
}
