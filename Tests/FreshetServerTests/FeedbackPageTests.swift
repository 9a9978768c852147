import FreshetCore
import FreshetEngine
import Testing

/// The dashboard's page of feedback, in a real browser.
@Suite(
    .serialized,
    .enabled(if: Chromium.path != nil, "No Chromium here; install it by scripts/install-dependencies.sh --tests.")
)
struct FeedbackPageTests {
    private static let main = "document.querySelector('main').innerText"

    @Test(.timeLimit(.minutes(10)))
    func comparesPeriodsAndKeepsATable() async throws {
        try await DashboardStage.run {
            $0.language.encoder = "light"
        } _: { stage in
            let events = (0..<8).map { Event(user: "u\($0)", item: "i\($0 % 4)", type: .view) }
            #expect(try await stage.engine.accept(events).accepted == events.count)
            var request = RecommendationRequest(user: "u0", count: 2)
            request.scenario = "<b>home</b>"
            let answer = try await stage.engine.recommend(request)
            // What is done is credited to answers that are in their log.
            while stage.engine.status().impressions.written < 1 { try await Task.sleep(for: .milliseconds(5)) }
            let click = Event(user: "u0", item: answer.items[0].id, type: "click", recommendationID: answer.id)
            #expect(try await stage.engine.accept([click]).accepted == 1)
            let chromium = stage.chromium
            try await chromium.open("\(stage.address)/#/feedback")
            let cells = "document.querySelectorAll('.data-feedback tbody td')"
            #expect(try await chromium.wait(until: "\(Self.main).includes('100.00%')"))
            #expect(try await chromium.evaluate("\(Self.main).includes('<b>home</b>')") == "true")
            // Nobody bought, which is 0; what that leaves is not known.
            #expect(try await chromium.evaluate("\(cells)[4].innerText.startsWith('0.00%')") == "true")
            #expect(try await chromium.evaluate("\(cells)[6].innerText") == "no data")
            _ = try await chromium.evaluate(
                "[document.querySelector('#feedback-period')].map((one) => [one.value = '7', one.dispatchEvent(new Event('change'))])"
            )
            #expect(try await chromium.wait(until: "\(Self.main).includes('before: no data')"))
            #expect(try await chromium.evaluate("location.hash") == "#/feedback?by=scenario&period=7")
            try await chromium.resize(width: 400, height: 844, isPhone: true)
            #expect(try await chromium.evaluate("document.documentElement.scrollWidth <= 400") == "true")
            _ = try await chromium.evaluate(
                "[window.kept = [], URL.createObjectURL = (blob) => (blob.text().then((text) => kept.push(text)), '#kept')].length"
            )
            _ = try await chromium.evaluate("document.querySelector('.panel .controls .button').click()")
            #expect(try await chromium.wait(until: "kept[0]?.includes('\\n<b>home</b>,1,,2,,2,,1,,')"))
            #expect(try await chromium.evaluate("document.querySelector('.toast')") == "null")
            #expect(chromium.complaints() == [])
        }
    }
}
