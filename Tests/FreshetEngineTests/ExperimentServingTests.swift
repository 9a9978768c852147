import Foundation
import FreshetCore
import FreshetExperiments
import FreshetLearning
import FreshetModels
import FreshetRecommendation
import Testing

@testable import FreshetEngine

/// Experiments that serve: who is answered by what.
@Suite(.serialized) struct ExperimentServingTests {
    @Test(.timeLimit(.minutes(10))) func usersKeepTheirVariantOverRestarts() async throws {
        let stage = try await ExperimentStage()
        let engine = stage.engine
        #expect(try await ExperimentStage.labels(engine).allSatisfy { $0 == nil })
        let served = try await engine.start(ExperimentStage.draft())
        let labels = try await ExperimentStage.labels(engine)
        #expect(Set(labels) == ["e:a", "e:b"])
        for (user, label) in labels.enumerated() {
            let place = try #require(served.experiment.variant(of: "u\(user)"))
            #expect(label == ["e:a", "e:b"][place])
        }
        #expect(try await ExperimentStage.labels(engine) == labels)
        #expect(try await stage.answer(nil).variant == nil, "somebody unknown takes part")
        // Nobody ends it: as after a kill.
        let again = try await stage.test.reopened()
        #expect(again.experiments == engine.experiments)
        #expect(try await ExperimentStage.labels(again) == labels)
    }

    @Test(.timeLimit(.minutes(10))) func impressionsSayTheVariantAndHowLongItTook() async throws {
        let stage = try await ExperimentStage()
        _ = try await stage.engine.start(ExperimentStage.draft())
        let answer = try await stage.answer("u3")
        let impression = try #require(try await stage.engine.impression(answer.id))
        #expect(impression.variant == answer.variant && answer.variant != nil && impression.teams == nil)
        #expect(try #require(impression.latency) > 0)
    }

    @Test(.timeLimit(.minutes(10))) func settingsAreThoseOfTheVariant() async throws {
        let stage = try await ExperimentStage()
        _ = try await stage.engine.start(ExperimentStage.draft())
        for user in 0..<20 {
            let answer = try await stage.answer("u\(user)", count: 12)
            // Everybody has dealt with ten of the twelve items.
            #expect((answer.items.count <= 2) == (answer.variant == "e:b"), "u\(user): \(answer.items.count)")
        }
    }

    /// Two snapshots serve side by side, whichever is live.
    @Test(.timeLimit(.minutes(10))) func aFrozenVersionServesBesideTheLiveOne() async throws {
        let stage = try await ExperimentStage()
        let engine = stage.engine
        let served = try await engine.start(ExperimentStage.draft("e", [.nothing, .frozen(nil)]))
        #expect(served.changes == [.nothing, .frozen(ModelVersion(1))])
        engine.live.publish(ModelSnapshot(version: ModelVersion(2), scorer: nil, offset: 202))
        func check(_ engine: Engine, live: Int) async throws {
            for user in 0..<20 {
                let answer = try await engine.recommend(RecommendationRequest(user: "u\(user)", count: 2))
                #expect(answer.model.number == (answer.variant == "e:b" ? 1 : live))
            }
        }
        try await check(engine, live: 2)
        // However many newer ones there are, it is not deleted; a restart finds it.
        var newer = try SnapshotArchiveTests.trained(ModelVersion(3))
        for number in 3...5 {
            newer.version = ModelVersion(number)
            try engine.archive.write(newer)
        }
        engine.archive.prune(keeping: 1, live: ModelVersion(5), needed: engine.experimentBook.pins.versions)
        #expect(engine.archive.versions() == [ModelVersion(5), ModelVersion(1)])
        try engine.archive.setLive(ModelVersion(5))
        try await check(try await stage.test.reopened(), live: 5)
        // Once it has ended nobody needs the version.
        _ = try await engine.stopExperiment("e")
        #expect(engine.experimentBook.pins.versions.isEmpty)
        #expect(try await ExperimentStage.labels(engine).allSatisfy { $0 == nil })
    }

    /// What compares with a version that is gone does not serve: it can be stopped, not changed.
    @Test(.timeLimit(.minutes(10))) func whatCannotServeCannotBeChanged() async throws {
        let stage = try await ExperimentStage()
        var older = try SnapshotArchiveTests.trained(ModelVersion(1))
        older.version = ModelVersion(0, update: 4)
        try stage.engine.archive.write(older)
        _ = try await stage.engine.start(ExperimentStage.draft("e", [.nothing, .version(ModelVersion(0))]))
        await stage.engine.shutDown()
        let path = stage.engine.archive.folder + "/" + SnapshotArchive.name(of: older.version)
        try Data("damaged".utf8).write(to: URL(fileURLWithPath: path))
        let again = try await stage.test.reopened()
        #expect(try again.experiment("e").state == .running && !again.experimentBook.serves("e"))
        let error = await #expect(throws: FreshetError.self) { try await again.changeExperiment("e", coverage: 0.5) }
        #expect(error?.kind == .conflict)
        #expect(try again.experiment("e").experiment.allocation.coverage == 1)
        try await again.allocate(at: .max / 2)
    }

    @Test(.timeLimit(.minutes(10))) func aVersionIsTakenByItsNumber() async throws {
        let stage = try await ExperimentStage()
        var older = try SnapshotArchiveTests.trained(ModelVersion(1))
        older.version = ModelVersion(0, update: 4)
        try stage.engine.archive.write(older)
        let served = try await stage.engine.start(ExperimentStage.draft("e", [.nothing, .version(ModelVersion(0))]))
        #expect(served.changes[1] == .version(ModelVersion(0, update: 4)))
        #expect(stage.engine.experimentBook.pins.versions == [ModelVersion(0, update: 4)])
    }

    /// A rule that is switched off is in force for its variant's users, and for everybody once it is shipped.
    @Test(.timeLimit(.minutes(10))) func aRuleIsInForceForItsVariant() async throws {
        let stage = try await ExperimentStage()
        let engine = stage.engine
        var rule = Rule(id: "i3-first", then: Rule.Actions(pin: [Rule.Pin(item: "i3", position: 1)]))
        _ = try await engine.put(rule)
        let draft = try ExperimentStage.draft("e", [.nothing, .rule("i3-first")])
        await #expect { _ = try await engine.start(draft) } throws: { ($0 as? FreshetError)?.kind == .conflict }
        rule.enabled = false
        _ = try await engine.put(rule)
        _ = try await engine.start(draft)
        var firsts: [String?: Set<String>] = [:]
        for user in 0..<20 {
            let answer = try await stage.answer("u\(user)")
            firsts[answer.variant, default: []].insert(try #require(answer.items.first).id)
        }
        #expect(firsts["e:b"] == ["i3"] && firsts["e:a"] != ["i3"])
        _ = try await engine.shipExperiment("e", winner: "b")
        for user in 0..<20 { #expect(try await stage.answer("u\(user)").items.first?.id == "i3") }
    }

    /// Experiments that change different things serve the same users at once.
    @Test(.timeLimit(.minutes(10))) func independentExperimentsMeet() async throws {
        let stage = try await ExperimentStage()
        _ = try await stage.engine.start(ExperimentStage.draft("settings"))
        _ = try await stage.engine.start(ExperimentStage.draft("model", [.nothing, .frozen(nil)]))
        let labels = Set(try await ExperimentStage.labels(stage.engine, count: 80).compactMap { $0 })
        #expect(
            labels == [
                "settings:a,model:a", "settings:a,model:b", "settings:b,model:a", "settings:b,model:b",
            ]
        )
    }

    @Test(.timeLimit(.minutes(10))) func onlyNamedScenariosTakePart() async throws {
        let stage = try await ExperimentStage()
        _ = try await stage.engine.start(ExperimentStage.draft("e", scenarios: ["home"]))
        #expect(try await stage.answer("u1", scenario: "home").variant != nil)
        #expect(try await stage.answer("u1", scenario: "cart").variant == nil)
        #expect(try await stage.answer("u1").variant == nil)
    }

    /// Every answer is put together from both; what the one would not show is the other's.
    @Test(.timeLimit(.minutes(10))) func interleavedAnswersSayWhoPutWhat() async throws {
        let stage = try await ExperimentStage()
        let draft = try ExperimentStage.draft("e", [.nothing, .settings(.onlyNew)], method: .interleaving)
        _ = try await stage.engine.start(draft)
        var teams = Set<UInt8>()
        for user in 0..<20 {
            let answer = try await stage.answer("u\(user)", count: 4)
            #expect(answer.variant == "e:interleaved" && answer.items.count == 4)
            #expect(Set(answer.items.map(\.id)).count == 4)
            let impression = try #require(try await stage.engine.impression(answer.id))
            let known = try #require(impression.teams)
            #expect(known.count == 4)
            teams.formUnion(known)
            // The second variant has two items to show, and by turns they are among the first four places.
            #expect(known.count { $0 == 1 } <= 2)
        }
        #expect(teams == [0, 1])
    }

    // MARK: Changes

    /// With other weights and another coverage users come in or drop out, and nobody goes from one variant to another.
    @Test(.timeLimit(.minutes(10))) func nobodyGoesFromOneVariantToAnother() async throws {
        let stage = try await ExperimentStage()
        let engine = stage.engine
        let started = try await engine.start(ExperimentStage.draft("e", [.nothing, .frozen(nil)]))
        var first = try await ExperimentStage.labels(engine, count: 300)
        for (weights, coverage) in [(["a": 0.2, "b": 0.8], 0.5), ([:], 0.2), (["a": 0.7, "b": 0.3], 0.6)] {
            let changed = try await engine.changeExperiment("e", weights: weights, coverage: coverage)
            #expect(abs(changed.experiment.allocation.coverage - coverage) < 1e-9)
            let labels = try await ExperimentStage.labels(engine, count: 300)
            #expect(labels.contains(nil) && labels.contains { $0 != nil })
            for (user, label) in labels.enumerated() {
                guard let label else { continue }
                #expect(first[user] ?? label == label, "u\(user)")
                first[user] = label
            }
        }
        let served = try engine.experiment("e")
        #expect(served.periods?.map(\.coverage) == [1, 0.5, 0.2, 0.6] && served.periods?[0].started == started.started)
        #expect(served.periods?[1].shares == [0.2, 0.8] && served.changes == started.changes)
        // As after a kill.
        let again = try await stage.test.reopened()
        #expect(try again.experiment("e") == served)
        #expect(try await ExperimentStage.labels(again, count: 300) == ExperimentStage.labels(engine, count: 300))
    }

    @Test(.timeLimit(.minutes(10))) func changesThatCannotBeAreRefused() async throws {
        let stage = try await ExperimentStage()
        let engine = stage.engine
        func refuses(_ kind: FreshetError.Kind, _ change: () async throws -> Void) async throws {
            await #expect { try await change() } throws: { ($0 as? FreshetError)?.kind == kind }
        }
        try await refuses(.notFound) { _ = try await engine.changeExperiment("e", coverage: 0.5) }
        let served = try await engine.start(ExperimentStage.draft("e", [.nothing, .frozen(nil)]))
        try await refuses(.usage) { _ = try await engine.changeExperiment("e", weights: ["a": 0.9]) }
        try await refuses(.usage) { _ = try await engine.changeExperiment("e", weights: ["c": 0.5]) }
        try await refuses(.usage) { _ = try await engine.changeExperiment("e", coverage: 0) }
        try await refuses(.usage) { _ = try await engine.changeExperiment("e", coverage: 0.000_01) }
        #expect(try engine.experiment("e") == served)
        _ = try await engine.stopExperiment("e")
        try await refuses(.conflict) { _ = try await engine.changeExperiment("e", coverage: 0.5) }
        let bandit = try ExperimentStage.draft("b", [.nothing, .frozen(nil)], method: .bandit)
        _ = try await engine.start(bandit)
        try await refuses(.usage) { _ = try await engine.changeExperiment("b", weights: ["a": 0.4, "b": 0.6]) }
        #expect(try await engine.changeExperiment("b", coverage: 0.5).experiment.coverage == 0.5)
    }

    /// Answers of before count by the weights of then, also when they are clicked later, and after a restart.
    @Test(.timeLimit(.minutes(10))) func answersCountByTheWeightsOfTheirTime() async throws {
        let stage = try await ExperimentStage()
        let engine = stage.engine
        _ = try await engine.start(ExperimentStage.draft("e", [.nothing, .frozen(nil)]))
        try await ExperimentFiguresTests.run(stage, users: 100) { _, _ in [0] }
        try await Task.sleep(for: .milliseconds(5))
        _ = try await engine.changeExperiment("e", weights: ["a": 0.1, "b": 0.9], coverage: 0.5)
        try await Task.sleep(for: .milliseconds(5))
        try await ExperimentFiguresTests.run(stage, users: 100) { _, _ in [] }
        func report(_ engine: Engine) throws -> ExperimentReport? {
            guard case .comparison(let report) = try engine.figures(ofExperiment: "e") else { return nil }
            return report
        }
        let shown = try #require(try report(engine))
        #expect(shown.units.values.reduce(0, +) == 100, "somebody changed variant")
        // Half of what was seen was clicked in the first time, nothing in the second: the same for both, although
        // the first variant has few answers of the second time.
        let clicks = shown.metrics[0]
        let (control, value) = (try #require(clicks.controlValue), try #require(clicks.value))
        #expect(abs(control - value) < 0.06, "\(control) and \(value)")
        let again = try await stage.test.reopened()
        try again.feedback.follow(upTo: .max)
        #expect(try report(again)?.metrics == shown.metrics)
    }

    // MARK: Ends

    @Test(.timeLimit(.minutes(10))) func shippedSettingsAreEverybodys() async throws {
        let stage = try await ExperimentStage()
        let engine = stage.engine
        _ = try await engine.start(ExperimentStage.draft())
        let ended = try await engine.concludeExperiment("e", winner: "b")
        #expect(ended.state == .concluded && ended.decision?.winner == "b" && ended.ended != nil)
        #expect(try await stage.answer("u1", count: 12).items.count > 2)
        #expect(try await engine.shipExperiment("e").state == .shipped)
        for user in 0..<10 {
            let answer = try await stage.answer("u\(user)", count: 12)
            #expect(answer.items.count <= 2 && answer.variant == nil)
        }
        let again = try await stage.test.reopened()
        #expect(try await again.recommend(RecommendationRequest(user: "u1", count: 12)).items.count <= 2)
        try await engine.removeExperiment("e")
        #expect(try await stage.answer("u1", count: 12).items.count > 2)
        #expect(engine.experiments.isEmpty)
    }

    @Test(.timeLimit(.minutes(10))) func aShippedVersionGoesLive() async throws {
        let stage = try await ExperimentStage()
        var other = try SnapshotArchiveTests.trained(ModelVersion(1))
        other.version = ModelVersion(2)
        try stage.engine.archive.write(other)
        _ = try await stage.engine.start(ExperimentStage.draft("e", [.nothing, .version(ModelVersion(2))]))
        #expect(try await stage.engine.shipExperiment("e", winner: "b").state == .shipped)
        #expect(stage.engine.live.current.version.number == 2)
    }

    @Test(.timeLimit(.minutes(10))) func anEndIsAnEnd() async throws {
        let stage = try await ExperimentStage()
        _ = try await stage.engine.start(ExperimentStage.draft())
        await #expect { try await stage.engine.removeExperiment("e") } throws: {
            ($0 as? FreshetError)?.kind == .conflict
        }
        await #expect { _ = try await stage.engine.concludeExperiment("e", winner: "c") } throws: {
            ($0 as? FreshetError)?.kind == .usage
        }
        #expect(try await stage.engine.stopExperiment("e").state == .stopped)
        let ends: [@Sendable (String) async throws -> ServedExperiment] = [
            { try await stage.engine.stopExperiment($0) }, { try await stage.engine.concludeExperiment($0) },
        ]
        for end in ends {
            await #expect { _ = try await end("e") } throws: { ($0 as? FreshetError)?.kind == .conflict }
            await #expect { _ = try await end("x") } throws: { ($0 as? FreshetError)?.kind == .notFound }
        }
    }

    /// Weights that are kept as they are cannot be rid of somebody.
    @Test(.timeLimit(.minutes(10))) func anErasureEndsWhatComparesKeptWeights() async throws {
        let stage = try await ExperimentStage()
        _ = try await stage.engine.start(ExperimentStage.draft("model", [.nothing, .frozen(nil)]))
        _ = try await stage.engine.start(ExperimentStage.draft("settings"))
        _ = try await stage.engine.eraseUser("nobody")
        #expect(stage.engine.experiments.allSatisfy { $0.state == .running })
        _ = try await stage.engine.eraseUser("u3")
        let states = Dictionary(uniqueKeysWithValues: stage.engine.experiments.map { ($0.id, $0.state) })
        #expect(states == ["model": .stopped, "settings": .running])
    }

    // MARK: What is refused

    @Test(.timeLimit(.minutes(10))) func whatIsNotSoundIsRefused() async throws {
        let stage = try await ExperimentStage()
        let engine = stage.engine
        func kind(_ draft: ExperimentDraft) async -> FreshetError.Kind? {
            do {
                _ = try await engine.start(draft)
                return nil
            } catch let error {
                return (error as? FreshetError)?.kind
            }
        }
        var far = PolicyChange()
        far.diversity = 2
        let unsound: [(ExperimentDraft, FreshetError.Kind)] = [
            (try ExperimentStage.draft("a/b"), .usage),
            (try ExperimentStage.draft("e", [.nothing, .settings(PolicyChange())]), .usage),
            (try ExperimentStage.draft("e", [.nothing, .settings(far)]), .usage),
            (try ExperimentStage.draft("e", [.nothing, .policy("nowhere")]), .usage),
            (try ExperimentStage.draft("e", [.nothing, .rule("nowhere")]), .usage),
            (try ExperimentStage.draft("e", [.nothing, .version(ModelVersion(7))]), .conflict),
            (try ExperimentStage.draft("e", metrics: ["satisfaction"]), .conflict),
            (try ExperimentStage.draft("e", metrics: ["profit"]), .conflict),
            (try ExperimentStage.draft("e", metrics: ["clicks"]), .usage),
            (try ExperimentStage.draft("e", [.nothing, .nothing], method: .interleaving), .usage),
        ]
        for (draft, expected) in unsound {
            let found = await kind(draft)
            #expect(found == expected, "\(draft)")
        }
        #expect(engine.experiments.isEmpty && engine.experimentBook.pins.versions.isEmpty)
        // One that runs takes its users for what it changes.
        let parts = [Namespace(name: "n", from: 0, to: 0.5), Namespace(name: "n", from: 0.5, to: 1)]
        let inTurn: [(ExperimentDraft, FreshetError.Kind?)] = [
            (try ExperimentStage.draft("e", namespace: parts[0]), nil),
            (try ExperimentStage.draft("e", [.nothing, .frozen(nil)]), .conflict),
            (try ExperimentStage.draft("f"), .conflict),
            (try ExperimentStage.draft("f", namespace: parts[0]), .conflict),
            (try ExperimentStage.draft("f", [.nothing, .frozen(nil)], method: .interleaving), .conflict),
            (try ExperimentStage.draft("f", namespace: parts[1]), nil),
        ]
        for (draft, expected) in inTurn {
            let found = await kind(draft)
            #expect(found == expected, "\(draft)")
        }
    }

    @Test(.timeLimit(.minutes(10))) func thereIsNothingToFreezeBeforeTheFirstVersion() async throws {
        let test = try await TestEngine()
        _ = try await test.engine.accept([Event(user: "u", item: "i", type: "click")])
        let draft = try ExperimentStage.draft("e", [.nothing, .frozen(nil)], metrics: ["ctr"])
        await #expect { _ = try await test.engine.start(draft) } throws: {
            ($0 as? FreshetError)?.kind == .conflict
        }
        #expect(test.engine.experiments.isEmpty)
    }
}
