import FreshetCore
import FreshetFeedback
import FreshetRecommendation
import Testing

@testable import FreshetEngine

/// Rules across restarts, and what they cost.
@Suite("Rules of the engine")
struct RuleTests {
    private static let pin = Rule.Actions(pin: [Rule.Pin(item: "i3", position: 1)])

    @Test func rulesOutliveARestart() async throws {
        let test = try await TestEngine()
        try await test.engine.put(UserSegment(id: "new", filter: try FilterExpression("user.events < 5")))
        try await test.engine.setScenario("cart", to: PolicyConfiguration())
        var rule = Rule(id: "r", when: Rule.Condition(segment: "new"), then: Self.pin)
        rule.until = Timestamp(seconds: 2_000_000_000)
        _ = try await test.engine.put(rule)
        rule.enabled = false
        let kept = try await test.engine.put(rule).version
        await test.engine.shutDown()
        let again = try await test.reopened()
        #expect(kept.version == 2 && again.rule("r") == kept && again.ruleVersions("r").count == 2)
        #expect(again.segments.map(\.id) == ["new"] && again.scenarios["cart"]?.isChanged == true)
        #expect(try await again.removeRule("r"))
        #expect(try await again.removeSegment("new"))
        #expect(again.allRules.isEmpty && again.ruleVersions("r").count == 3)
    }

    @Test func onlyTheNewestVersionsAreKept() async throws {
        let engine = try await TestEngine().engine
        var rule = Rule(id: "r", then: Self.pin)
        for position in 1...(RuleService.versions + 5) {
            rule.then = Rule.Actions(pin: [Rule.Pin(item: "i3", position: position)])
            _ = try await engine.put(rule)
        }
        let versions = engine.ruleVersions("r")
        #expect(versions.count == RuleService.versions && versions.first?.version == RuleService.versions + 5)
        #expect(versions.first?.rule == rule)
    }

    /// A rule whose pin nobody clicks: those who are left out of it click, and the figures say so.
    @Test(.timeLimit(.minutes(10))) func whatARuleCostsIsTold() async throws {
        let test = try await TestEngine { $0.serving.impressionDelay = 0.001 }
        let engine = test.engine
        _ = try await engine.accept((0..<60).map { Event(user: "u\($0 % 20)", item: "i\($0 % 3)") })
        _ = try await engine.accept([Event(user: "u0", item: "i3")])
        var rule = Rule(id: "promo", then: Self.pin)
        rule.holdout = 0.5
        _ = try await engine.put(rule)
        var (shown, clicks) = (0, 0)
        for user in 1..<20 {
            var request = RecommendationRequest(user: "u\(user)", count: 1)
            request.includeSeen = true
            let answer = try await engine.recommend(request)
            let item = try #require(answer.items.first?.id)
            if item == "i3" {
                shown += 1
                continue
            }
            clicks += 1
            _ = try await engine.accept([
                Event(user: "u\(user)", item: item, type: "click", recommendationID: answer.id)
            ])
        }
        try #require(shown > 0 && clicks > 0)
        while engine.status().impressions.written < 19 { try await Task.sleep(for: .milliseconds(2)) }
        try engine.feedback.follow(upTo: .max)
        let rows = engine.feedback(by: [.rule]).rows
        #expect(rows.map { $0.group["rule"] } == ["!promo", "promo"])
        #expect(rows.map(\.answers) == [clicks, shown] && rows.map(\.clicks) == [clicks, 0])
        #expect(rows[0].clickThrough?.value == 1 && rows[1].clickThrough?.value == 0)
    }

    @Test func aSegmentIsAskedAboutTheUserOfTheQuestion() async throws {
        let engine = try await TestEngine().engine
        _ = try await engine.accept((0..<40).map { Event(user: "u\($0 % 8)", item: "i\($0 % 4)") })
        try await engine.put([User(id: "u1", attributes: ["plan": .text("vip")])])
        try await engine.put(UserSegment(id: "vip", filter: try FilterExpression("user.plan = 'vip'")))
        _ = try await engine.put(Rule(id: "r", when: Rule.Condition(segment: "vip"), then: Self.pin))
        func first(_ user: String) async throws -> String? {
            var request = RecommendationRequest(user: user, count: 4)
            request.includeSeen = true
            let answer = try await engine.recommend(request)
            let impression = try #require(try await engine.impression(answer.id))
            #expect((impression.rules == ["r"]) == (user == "u1"))
            return answer.items.first?.id
        }
        #expect(try await first("u1") == "i3")
        _ = try await first("u2")
        // What the user's attributes are decides from the next question on.
        try await engine.put([User(id: "u1", attributes: [:])])
        let answer = try await engine.recommend(RecommendationRequest(user: "u1", count: 4))
        #expect(try await engine.impression(answer.id)?.rules == [])
    }
}
