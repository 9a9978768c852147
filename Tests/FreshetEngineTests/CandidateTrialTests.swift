import FreshetCore
import FreshetLearning
import FreshetRecommendation
import Testing

@testable import FreshetEngine

/// Users choose between the promotion gate's candidate and the live version.
@Suite(.serialized) struct CandidateTrialTests {
    private static func stage(share: Double) async throws -> ExperimentStage {
        let stage = try await ExperimentStage {
            LearningTests.learns(&$0)
            $0.retraining.isEnabled = false
            $0.loop.rehearsal = 0
            $0.loop.promotion.horizon = 1_000_000
            $0.loop.promotion.interleaving.share = share
            $0.loop.promotion.interleaving.minimumAnswers = 40
        }
        _ = try stage.engine.adopt(AdoptionTests.snapshot())
        stage.engine.learning.start()
        try await waitUntil { stage.engine.book.all.contains { $0.state == .candidate } }
        return stage
    }

    @Test func needsAnswersThatAreKept() {
        var configuration = EngineConfiguration(folder: "anywhere")
        configuration.loop.promotion.interleaving.share = 0.1
        #expect(throws: Never.self) { try configuration.validate() }
        configuration.serving.recordsImpressions = false
        #expect(throws: FreshetError.self) { try configuration.validate() }
    }

    /// The candidate's part in answers is kept with them; who clicks it brings it live.
    @Test(.timeLimit(.minutes(10))) func usersBringTheCandidateLive() async throws {
        let stage = try await Self.stage(share: 1)
        let engine = stage.engine
        let version = try #require(engine.book.all.first { $0.state == .candidate }?.version)
        while try await stage.answer("v").variant == nil { try await Task.sleep(for: .milliseconds(5)) }
        for user in 0..<80 {
            let answer = try await stage.answer("v\(user)")
            #expect(answer.variant == "@candidate-\(version.number):interleaved" && answer.model.number == 1)
            let teams = try #require(try await engine.impression(answer.id)?.teams)
            guard let place = teams.firstIndex(of: user % 8 == 0 ? 0 : 1) else { continue }
            while engine.status().impressions.waiting > 0 { try await Task.sleep(for: .milliseconds(1)) }
            let item = answer.items[place].id
            _ = try await engine.accept([
                Event(user: "v\(user)", item: item, type: "click", recommendationID: answer.id)
            ])
        }
        try engine.feedback.follow(upTo: .max)
        #expect(try #require(engine.feedback.preference(for: version)).wins > 60)
        try await waitUntil { engine.live.current.version.number == version.number }
        let decision = try #require(engine.decisionLog.newest.first { $0.kind == .promotion && $0.version == version })
        #expect(decision.reason.hasPrefix("Users preferred the candidate in"))
        #expect(try #require(decision.evidence["preference_low"]) > 0)
        // There is no candidate any more.
        try await waitUntil { try await stage.answer("v").variant == nil }
        await engine.shutDown()
        // The evidence is a function of the logs.
        let again = try await stage.test.reopened()
        try again.feedback.follow(upTo: .max)
        #expect(again.feedback.preference(for: version)?.wins == engine.feedback.preference(for: version)?.wins)
    }

    @Test(.timeLimit(.minutes(10))) func nobodyChoosesUnlessAsked() async throws {
        let stage = try await Self.stage(share: 0)
        try await Task.sleep(for: .milliseconds(100))
        for user in 0..<20 { #expect(try await stage.answer("v\(user)").variant == nil) }
        await stage.engine.shutDown()
    }

    /// Users of an experiment are answered by its variants alone.
    @Test(.timeLimit(.minutes(10))) func experimentsAreLeftAlone() async throws {
        let stage = try await Self.stage(share: 1)
        while try await stage.answer("v").variant == nil { try await Task.sleep(for: .milliseconds(5)) }
        _ = try await stage.engine.start(ExperimentStage.draft("e", [.nothing, .frozen(nil)]))
        for user in 0..<20 { #expect(try await stage.answer("v\(user)").variant?.hasPrefix("e:") == true) }
        await stage.engine.shutDown()
    }
}
