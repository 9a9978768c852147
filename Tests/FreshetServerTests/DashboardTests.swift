import Foundation
import FreshetCore
import FreshetEngine
import FreshetLearning
import FreshetServer
import FreshetStorage
import Logging
import ServiceLifecycle
import Synchronization
import Testing

/// The dashboard as a real browser renders it, served by the real server over a real engine.
@Suite(
    .serialized,
    .enabled(if: Chromium.path != nil, "No Chromium here; install it by scripts/install-dependencies.sh --tests.")
)
struct DashboardTests {
    /// Ids and titles that somebody outside chose, to break the page.
    private static let hostile = [
        #"<img src=x onerror="window.pwned=1">"#, "\u{202E}gnp.exe", String(repeating: "x", count: 256), "🎄 a/b?c&d=#é",
        #"'"><script>window.pwned=1</script>"#,
    ]

    @Test(.timeLimit(.minutes(10)))
    func rendersEveryPage() async throws {
        try await DashboardStage.run { stage in
            let items = Self.hostile.map {
                Item(id: $0, title: $0, categories: [$0], tags: [$0], attributes: [$0: .text($0)])
            }
            try await stage.engine.put(items)
            try await stage.engine.put(Self.hostile.map { User(id: $0, attributes: [$0: .text($0)]) })
            let events = Self.hostile.flatMap { user in
                Self.hostile.dropLast().map { Event(user: user, item: $0, type: "buy", time: 1_700_000_000) }
            }
            #expect(try await stage.engine.accept(events).accepted == events.count)
            let chromium = stage.chromium
            for (page, condition) in Self.conditions {
                try await chromium.resize(width: 1280, height: 900, isPhone: false)
                try await chromium.open("\(stage.address)/\(page)")
                #expect(try await chromium.wait(until: condition), "\(page): \(condition)")
                #expect(
                    try await chromium.evaluate(
                        "[...document.querySelectorAll('main :is(img, script, iframe, b, i)')].length"
                    ) == "0",
                    "\(page)"
                )
                #expect(try await chromium.evaluate("window.pwned") == "undefined", "\(page)")
                try await chromium.resize(width: 390, height: 844, isPhone: true)
                #expect(
                    try await chromium.evaluate("document.documentElement.scrollWidth <= 390") == "true",
                    "\(page) is too wide for a phone"
                )
            }
            #expect(chromium.complaints() == [])
        }
    }

    /// What each page must come to show, with the real engine's answers.
    private static var conditions: [(page: String, condition: String)] {
        let id = hostile[0].addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let text = "document.querySelector('main').innerText"
        let shown = "\(text).includes('<img src=x onerror=')"
        return [
            (
                "#/",
                "\(text).includes('20 in the log') && document.querySelector('#connection').dataset.state === 'live'"
            ),
            (
                "#/quality",
                "document.querySelector('h1').innerText.startsWith('Quality') && !document.querySelector('.skeleton')"
            ),
            ("#/models", "document.querySelector('h1').innerText === 'Models' && !document.querySelector('.skeleton')"),
            (
                "#/experiments",
                "document.querySelector('h1').innerText === 'Experiments' && !document.querySelector('.skeleton')"
            ),
            (
                "#/feedback?by=version&period=7",
                "\(text).includes('Nothing was recommended: 2') && !document.querySelector('.skeleton')"
            ),
            ("#/rules", "document.querySelector('h1').innerText === 'Rules' && !document.querySelector('.skeleton')"),
            ("#/recommendations", "document.querySelector('.results li')"),
            ("#/recommendations?user=\(id)", "\(shown) && document.querySelectorAll('.history time').length > 0"),
            (
                "#/catalogue?tab=items&id=\(id)",
                "\(shown) && document.querySelectorAll('.data-items tbody tr').length === 5 && document.querySelector('.detail .facts')"
            ),
            (
                "#/catalogue?tab=items&q=gnp",
                "document.querySelectorAll('.data-items tbody tr').length === 1 && \(text).includes('‹202E›gnp.exe')"
            ),
            (
                "#/catalogue?tab=users&id=\(id)",
                "\(shown) && document.querySelectorAll('.data-users tbody tr').length === 5 && document.querySelector('.detail time')"
            ),
            (
                "#/settings",
                "\(text).includes('engine.') && document.querySelectorAll('.data-settings tbody tr').length > 5"
            ),
        ]
    }

    @Test(.timeLimit(.minutes(10)))
    func showsWhatTheEngineLearnedAndPromotes() async throws {
        try await DashboardStage.run { stage in
            let chromium = stage.chromium
            try await chromium.inject(try SampleStatus.script())
            try await chromium.open("\(stage.address)/#/")
            #expect(try await chromium.wait(until: "document.querySelectorAll('.line').length === 3"))
            let overview = try await chromium.evaluate(
                "document.querySelector('main').innerText.replaceAll('\\u00a0', ' ')"
            )
            #expect(
                try await chromium.evaluate("document.querySelector('.stack .panel-figure').className.includes('good')")
                    == "true"
            )
            for figure in [
                "3.17", "498", "2.1", "p95 4.3 s", "+50.0% Recall@10 over decayed popularity", "Needs attention",
                "The disk is full.", "4,321 events", "2 users, 412 events counted",
            ] {
                #expect(overview.contains(figure), "no '\(figure)'")
            }
            let first = "document.querySelector('.first-version')"
            #expect(try await chromium.evaluate("\(first).hidden") == "true")
            // What changed arrives as a patch; a lead that is within the error of as many events is none.
            let level = """
                send([{ op: 'replace', path: '/figures/popularity/recall@10', value: 0.149 }, \
                { op: 'add', path: '/figures/live/count', value: 1000 }, { op: 'replace', path: '/live', value: '3.18' }])
                """
            _ = try await chromium.evaluate(level)
            #expect(
                try await chromium.wait(
                    until:
                        "document.querySelector('.stack .panel-figure').innerText === 'Level with decayed popularity in Recall@10'"
                )
            )
            #expect(
                try await chromium.evaluate("document.querySelector('.stack .panel-figure').className")
                    == "panel-figure "
            )
            #expect(
                try await chromium.evaluate("document.querySelector('main').innerText.includes('Version 3.18')")
                    == "true"
            )

            _ = try await chromium.evaluate(
                """
                send([{ op: 'add', path: '/learner/first_version', \
                value: { stage: 'training', message: '', events: 9, training: 0.4, seconds_left: 3600 } }])
                """
            )
            #expect(try await chromium.wait(until: "\(first).innerText.includes('About 60')"))
            #expect(try await chromium.evaluate("\(first).querySelector('.is-now').innerText") == "Train")
            _ = try await chromium.evaluate(
                "send([{ op: 'replace', path: '/learner/first_version/stage', value: 'catching_up' }])"
            )
            #expect(try await chromium.wait(until: "\(first).querySelector('.is-now').innerText === 'Catch up'"))

            try await chromium.open("\(stage.address)/#/quality")
            #expect(try await chromium.wait(until: "document.querySelectorAll('.mark').length === 2"))
            #expect(try await chromium.evaluate("document.querySelectorAll('.heat td:not(.none)').length") == "3")
            #expect(
                try await chromium.evaluate("document.querySelector('.decisions').innerText.includes('<b>won</b>')")
                    == "true"
            )
            let figures = "document.querySelector('.data-figures')"
            #expect(try await chromium.evaluate("\(figures).innerText.includes('0.150')") == "true")
            // The last good state has the highest figure, but on other events.
            #expect(try await chromium.evaluate("\(figures).querySelector('tr:last-child .best')") == "null")
            #expect(try await chromium.evaluate("\(figures).querySelector('tr .best').innerText") == "0.150")
            #expect(try await chromium.evaluate("document.querySelector('[aria-pressed=true]').innerText") == "Events")
            let whose = "document.querySelector('[aria-label=\"Whose events\"]').children"
            _ = try await chromium.evaluate("\(whose)[1].click()")
            #expect(try await chromium.evaluate("\(figures).innerText.includes('0.070')") == "true")
            _ = try await chromium.evaluate("\(whose)[2].click()")
            #expect(try await chromium.evaluate(figures) == "null")
            _ = try await chromium.evaluate(
                "[document.querySelector('#metric').value = 'mrr@10', document.querySelector('#metric').dispatchEvent(new Event('change'))]"
            )
            #expect(
                try await chromium.evaluate("document.querySelector('.chart desc').textContent.includes('MRR@10')")
                    == "true"
            )
            _ = try await chromium.evaluate(
                "document.querySelector('.plot').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft' }))"
            )
            #expect(
                try await chromium.evaluate(
                    "document.querySelector('.chart [aria-live]').textContent.includes('Live 0.0')"
                ) == "true"
            )

            try await chromium.open("\(stage.address)/#/models")
            #expect(try await chromium.wait(until: "document.querySelector('[data-promote=\"4.0\"]')"))
            let live = "document.querySelector('.is-live .version').innerText"
            #expect(try await chromium.evaluate("\(live).replace('\\n', ' ')") == "3.17 17 micro-updates")
            // Micro-updates show without asking for the versions again.
            let questions = try await chromium.evaluate("questions")
            _ = try await chromium.evaluate("send([{ op: 'replace', path: '/live', value: '3.18' }])")
            #expect(try await chromium.wait(until: "\(live).startsWith('3.18')"))
            #expect(try await chromium.evaluate("questions") == questions)
            _ = try await chromium.evaluate("document.querySelector('[data-promote=\"4.0\"]').click()")
            #expect(try await chromium.wait(until: "document.querySelector('dialog[open] [data-confirm]')"))
            #expect(try await chromium.evaluate("asked.length") == "0")
            _ = try await chromium.evaluate("document.querySelector('[data-confirm]').click()")
            #expect(try await chromium.wait(until: "asked.length === 1 && document.querySelector('.toast')"))
            #expect(try await chromium.evaluate("asked[0]") == "POST /v1/models/4.0/promote")
            #expect(chromium.complaints() == [])
        }
    }

    /// A version that was trained here, put live and taken back by the page's own buttons.
    @Test(.timeLimit(.minutes(10)))
    func promotesAndRollsBackWhatTheEngineTrained() async throws {
        try await DashboardStage.run {
            $0.retraining.firstEvents = 200
            $0.retraining.overrides = [
                "epochs": "1", "channels": "8", "heads": "1", "blocks": "1", "maximumLength": "10",
            ]
            // Never by itself.
            $0.loop.promotion.minimumEvents = 30_000
            $0.loop.promotion.first.minimumEvents = 30_000
            $0.loop.promotion.first.horizon = 30_000
        } _: { stage in
            let events = (0..<400).map { index in
                let (user, step) = (index % 20, index / 20)
                return Event(
                    user: "u\(user)",
                    item: "i\((user + step) % 12)",
                    time: Timestamp(seconds: 1_700_000_000 + Int64(index))
                )
            }
            #expect(try await stage.engine.accept(events).accepted == events.count)
            let chromium = stage.chromium
            try await chromium.open("\(stage.address)/#/models")
            // The training runs at low priority beside the other tests.
            while try await stage.engine.versions().isEmpty { try await Task.sleep(for: .milliseconds(50)) }
            #expect(try await chromium.wait(until: "document.querySelector('[data-promote=\"1.0\"]')"))
            let rollBack = "document.querySelector('.controls .button')"
            #expect(try await chromium.evaluate("\(rollBack).disabled") == "true")
            try await press("document.querySelector('[data-promote=\"1.0\"]')", chromium)
            let serving = "document.querySelector('.is-live .version')?.innerText"
            #expect(try await chromium.wait(until: "\(serving).startsWith('1.')"))
            #expect(stage.engine.status().live.number == 1)
            #expect(try await chromium.wait(until: "!\(rollBack).disabled"))
            try await press(rollBack, chromium)
            #expect(try await chromium.wait(until: "document.querySelector('.badge-bad')?.innerText === 'Rolled back'"))
            #expect(stage.engine.status().live.number == 0)
            #expect(stage.engine.status().decisions.contains { $0.kind == .rollback })
            // The floor has a row too while it answers.
            #expect(try await chromium.wait(until: "\(serving).startsWith('0.')"))
            try await press("document.querySelector('[data-promote=\"1.0\"]')", chromium)
            #expect(try await chromium.wait(until: "\(serving).startsWith('1.')"))
            let measured = stage.engine.status().forgetting.versions
            #expect(!measured.isEmpty && Set(measured).count == measured.count)
            #expect(chromium.complaints() == [])
        }
    }

    /// Clicks a button and says yes.
    private func press(_ button: String, _ chromium: Chromium) async throws {
        _ = try await chromium.evaluate("\(button).click()")
        #expect(try await chromium.wait(until: "document.querySelector('dialog[open] [data-confirm]')"))
        _ = try await chromium.evaluate("document.querySelector('dialog[open] [data-confirm]').click()")
    }

    @Test(.timeLimit(.minutes(10)))
    func triesARuleAndSwitchesItOff() async throws {
        try await DashboardStage.run { stage in
            _ = try await stage.engine.accept((0..<40).map { Event(user: "u\($0 % 8)", item: "i\($0 % 5)") })
            let pin = Rule.Actions(pin: [Rule.Pin(item: "i4", position: 1)])
            _ = try await stage.engine.put(Rule(id: "promo", then: pin))
            let chromium = stage.chromium
            try await chromium.open("\(stage.address)/#/rules?id=promo")
            #expect(try await chromium.wait(until: "document.querySelector('#rule-text')?.value.includes('\"i4\"')"))
            func button(_ words: String) -> String {
                "[...document.querySelectorAll('main .button')].find((one) => one.innerText === '\(words)')"
            }
            _ = try await chromium.evaluate("\(button("Try it")).click()")
            #expect(try await chromium.wait(until: "document.querySelectorAll('.trial').length === 2"))
            #expect(
                try await chromium.evaluate("document.querySelectorAll('.trial')[1].querySelector('li').innerText")
                    == "i4"
            )
            _ = try await chromium.evaluate("\(button("Switch off")).click()")
            #expect(try await chromium.wait(until: "document.querySelector('.data-rules .badge')?.innerText === 'Off'"))
            #expect(stage.engine.rule("promo")?.rule?.enabled == false)
            #expect(chromium.complaints() == [])
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func asksForAKey() async throws {
        try await DashboardStage.run(withKey: true) { stage in
            let chromium = stage.chromium
            try await chromium.open("\(stage.address)/#/")
            #expect(
                try await chromium.wait(
                    until: "document.querySelector('main').innerText.includes('The server wants an API key')"
                )
            )
            try await chromium.open("\(stage.address)/#/settings")
            #expect(try await chromium.wait(until: "document.querySelector('#key')"))
            _ = try await chromium.evaluate(
                "[document.querySelector('#key').value = '\(stage.key ?? "")', document.querySelector('form').requestSubmit()]"
            )
            #expect(try await chromium.wait(until: "document.querySelector('#connection').dataset.state === 'live'"))
            #expect(try await chromium.wait(until: "document.querySelectorAll('.data-settings tbody tr').length > 5"))
        }
    }
}
