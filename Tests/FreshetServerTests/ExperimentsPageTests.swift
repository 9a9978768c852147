import FreshetCore
import FreshetEngine
import Testing

/// The dashboard's page of experiments, in a real browser.
@Suite(
    .serialized,
    .enabled(if: Chromium.path != nil, "No Chromium here; install it by scripts/install-dependencies.sh --tests.")
)
struct ExperimentsPageTests {
    private static let main = "document.querySelector('main').innerText"

    /// Clicks a lever of the experiment at hand, and says yes.
    private func press(_ text: String, _ chromium: Chromium) async throws {
        let button =
            "[...document.querySelectorAll('.detail button')].find((one) => one.innerText.startsWith('\(text)'))"
        #expect(try await chromium.wait(until: button))
        _ = try await chromium.evaluate("\(button).click()")
        #expect(try await chromium.wait(until: "document.querySelector('dialog[open] [data-confirm]')"))
        _ = try await chromium.evaluate("document.querySelector('dialog[open] [data-confirm]').click()")
    }

    /// Fills in the form and sends it.
    private func start(_ values: KeyValuePairs<String, String>, _ chromium: Chromium) async throws {
        for (id, value) in values {
            let field = "document.querySelector('#experiment-\(id)')"
            _ = try await chromium.evaluate(
                "[\(field).value = '\(value)', \(field).dispatchEvent(new Event('change'))].length"
            )
        }
        _ = try await chromium.evaluate("document.querySelector('main form').requestSubmit()")
    }

    @Test(.timeLimit(.minutes(10)))
    func startsWatchesConcludesAndShips() async throws {
        try await DashboardStage.run {
            $0.language.encoder = "light"
        } _: { stage in
            let events = (0..<40).map { Event(user: "u\($0)", item: "i\($0 % 8)", type: $0 % 2 == 0 ? .view : "click") }
            #expect(try await stage.engine.accept(events).accepted == events.count)
            let chromium = stage.chromium
            try await chromium.open("\(stage.address)/#/experiments")
            #expect(try await chromium.wait(until: "\(Self.main).includes('None so far')"))
            _ = try await chromium.evaluate("document.querySelector('.controls .button-main').click()")
            #expect(try await chromium.wait(until: "!document.querySelector('main form').hidden"))
            // What the server refuses is said beside the form.
            try await start(["id": "varied", "kind": "version", "detail": "9"], chromium)
            #expect(try await chromium.wait(until: "\(Self.main).includes('Version 9.0 is not kept')"))
            // The browser notes the refusal.
            while chromium.complaints().isEmpty { try await Task.sleep(for: .milliseconds(10)) }
            try await start(["kind": "scenario", "detail": #"{"diversity": 0.4}"#], chromium)
            #expect(try await chromium.wait(until: "document.querySelector('.detail h2')?.innerText === 'varied'"))
            #expect(stage.engine.experiments.map(\.id) == ["varied"])
            for user in 0..<40 {
                _ = try await stage.engine.recommend(RecommendationRequest(user: "u\(user)", count: 4))
            }
            // Of the variants alone: the verdict names users too.
            let facts = "document.querySelector('.detail .facts').innerText"
            let users = "\(facts).match(/(\\d+) users/g)?.reduce((sum, text) => sum + parseInt(text), 0)"
            #expect(try await chromium.wait(until: "\(users) === 40"))
            #expect(
                try await chromium.wait(until: "document.querySelectorAll('.data-experiment tbody tr').length === 3")
            )
            #expect(try await chromium.evaluate("\(Self.main).includes('It is too early')") == "true")
            try await chromium.resize(width: 390, height: 844, isPhone: true)
            #expect(try await chromium.evaluate("document.documentElement.scrollWidth <= 390") == "true")
            try await press("Conclude", chromium)
            #expect(try await chromium.wait(until: "\(Self.main).includes('Decided for “today”')"))
            #expect(try stage.engine.experiment("varied").decision?.winner == "today")
            try await press("Ship", chromium)
            #expect(try await chromium.wait(until: "document.querySelector('.detail .badge')?.innerText === 'Shipped'"))
            try await press("Delete", chromium)
            #expect(try await chromium.wait(until: "\(Self.main).includes('None so far')"))
            #expect(stage.engine.experiments.isEmpty && chromium.complaints() == [])
        }
    }
}
