import Foundation
import FreshetCore
import FreshetLanguage
import FreshetTensor
import Testing

@testable import FreshetEngine

/// Classifiers and known answers that an engine was started with, and the rules on what is classified.
@Suite struct TextModelTests {
    /// A classifier of two words and an index of two answers, in a folder that goes with the test.
    final class Folder: Sendable {
        let path = FileManager.default.temporaryDirectory.path + "/freshet-texts-\(UUID().uuidString)"
        var classifier: String { "mood=\(path)/mood" }
        var replies: String { "shop=\(path)/shop" }

        init() throws {
            let pool = ThreadPool(threads: 1)
            let lines = (0..<24).map { number in
                (
                    text: number % 2 == 0 ? "lovely fine day \(number)" : "awful broken thing \(number)",
                    label: number % 2
                )
            }
            let texts = LabelledTexts(
                texts: lines.map(\.text),
                labels: lines.map { $0.label == 0 ? "good" : "not good" }
            )
            let training = TextTraining(TextTraining.Settings(for: .none), seed: 1, pool: pool)
            let (classifier, _) = try TextClassifier.train(on: texts, reading: .light, tuning: .none, training)
            try classifier.write(to: path + "/mood", model: nil)
            let entries = [
                ReplyIndex.Entry(question: "How long does delivery take?", answer: "Two days."),
                ReplyIndex.Entry(question: "Can I send the lamp back?", answer: "Within a month."),
            ]
            let matcher = try ReplyIndex.matcher(of: entries.map(\.question), readBy: [ReplyIndex.words], on: pool) {
                _ in
                throw FreshetError(.usage, "no model")
            }
            let index = ReplyIndex(entries, matchedBy: matcher, reliability: 0.5, seed: 1, on: pool)
            try index.write(to: path + "/shop", readers: [ReplyIndex.words])
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    @Test func classifiesAndAnswers() async throws {
        let folder = try Folder()
        let test = try await TestEngine {
            $0.language.classifiers = [folder.classifier]; $0.language.replies = [folder.replies]
        }
        let engine = test.engine
        let found = try await engine.classify(["a fine and lovely cup", "broken and awful"], top: 2)
        #expect(found.classifier == "mood" && found.results.map { $0[0].label } == ["good", "not good"])
        #expect(found.results.allSatisfy { abs($0.reduce(0) { $0 + $1.probability } - 1) < 1e-4 })
        let reply = try await engine.replies(to: "how long will delivery take", by: "shop", count: 1)
        #expect(reply.answers.map(\.answer) == ["Two days."] && reply.replies == "shop")
        #expect(try await engine.replies(to: "xylophone").asksAPerson)
        let unknown = await #expect(throws: FreshetError.self) { try await engine.classify(["a"], by: "topic") }
        #expect(unknown?.kind == .notFound)
        let many = Array(repeating: "a", count: Engine.mostTexts + 1)
        #expect(await #expect(throws: FreshetError.self) { try await engine.classify(many) }?.kind == .usage)
        let none = try await TestEngine()
        await #expect(throws: FreshetError.self) { try await none.engine.replies(to: "a") }
    }

    /// A causal model of drawn weights says nothing that is known: the best known answer stands, and for a person there is none.
    @Test func composesOneAnswer() async throws {
        let folder = try Folder()
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let model = folder.path + "/gpt2"
        try FileManager.default.copyItem(
            atPath: tests.appendingPathComponent("FreshetLanguageTests/Fixtures/gpt2-tiny").path,
            toPath: model
        )
        let characters = (33...126).map { String(UnicodeScalar($0)) } + ["Ġ", "th"]
        let tokens = characters + (characters.count..<199).map { "\u{e000}\($0)" } + ["<|endoftext|>"]
        try JSONEncoder().encode(Dictionary(uniqueKeysWithValues: zip(tokens, 0...)))
            .write(to: URL(fileURLWithPath: model + "/vocab.json"))
        try Data("#version: 0.2\nt h\n".utf8).write(to: URL(fileURLWithPath: model + "/merges.txt"))
        let test = try await TestEngine {
            ($0.language.replies, $0.language.composer) = ([folder.replies], model)
        }
        let known = try await test.engine.replies(to: "How long does delivery take?")
        #expect(!known.asksAPerson && known.answer == "Two days." && known.composer == nil)
        let strange = try await test.engine.replies(to: "xylophone")
        #expect(strange.asksAPerson && strange.answer == nil)
        let plain = try await TestEngine { ($0.language.replies, $0.language.composer) = ([folder.replies], "none") }
        #expect(try await plain.engine.replies(to: "How long does delivery take?").answer == nil)
        await #expect(throws: FreshetError.self) {
            try await TestEngine { ($0.language.replies, $0.language.composer) = ([folder.replies], "nowhere") }
        }
    }

    /// A rule is told once when it begins to apply, in the decisions and to whoever listens, and again only after it did not.
    @Test func rulesOnLabelsAreToldOnce() async throws {
        let folder = try Folder()
        let test = try await TestEngine { configuration in
            configuration.language.classifiers = [folder.classifier]
            configuration.language.alerts = ["mood: not good > 0.3 in 1h"]
        }
        let engine = test.engine
        _ = try await engine.classify(Array(repeating: "awful broken", count: 19))
        #expect(engine.status().decisions.isEmpty)
        _ = try await engine.classify(["awful broken", "awful broken"])
        let alerts = engine.status().decisions
        #expect(alerts.count == 1 && alerts[0].kind == .alert && alerts[0].evidence["texts"] == 20)
        #expect(alerts[0].reason.contains("100% of 20 texts are 'not good'"))
        _ = try await engine.classify(Array(repeating: "lovely fine", count: 60))
        #expect(engine.status().decisions.count == 1)
        _ = try await engine.classify(Array(repeating: "awful broken", count: 60))
        #expect(engine.status().decisions.count == 2)
        await engine.shutDown()
        var heard: [Decision] = []
        for await alert in engine.alerts { heard.append(alert) }
        #expect(heard.count == 2)
        #expect(try await engine.store.decisions(limit: 10).count { $0.kind == .alert } == 2)
    }

    /// Texts of long ago count no more.
    @Test func rulesForgetWhatIsOld() throws {
        var watch = LabelWatch(try LabelAlert("mood: bad > 0.5 in 60s"))
        for second in 0..<30 {
            #expect(watch.count("bad", at: Int64(second * 1000)).map { $0.texts } == (second == 19 ? 20 : nil))
        }
        for second in 61..<100 { _ = watch.count("good", at: Int64(second * 1000)) }
        let again = (0..<200).compactMap { watch.count("bad", at: Int64(100_000 + $0 * 100)) }
        #expect(again.count == 1 && again[0].share > 0.5 && again[0].texts < 120)
    }

    @Test func refusesWhatCannotHold() async throws {
        let folder = try Folder()
        for text in [
            "mood > 0.3 in 1h", "mood: bad < 0.3 in 1h", "mood: bad > 3 in 1h", "mood: bad > 0.3 for 1h", "", "a:",
        ] {
            #expect(throws: FreshetError.self) { try LabelAlert(text) }
        }
        let changes: [@Sendable (inout EngineConfiguration.Language) -> Void] = [
            { $0.classifiers = ["mood"] }, { $0.classifiers = ["mood=/nowhere"] },
            { $0.classifiers = [folder.classifier, folder.classifier] },
            { $0.alerts = ["mood: bad > 0.3 in 1h"] },
            {
                $0.classifiers = [folder.classifier]; $0.alerts = ["mood: sad > 0.3 in 1h"]
            },
            { $0.alertWebhook = "http://example.org/alerts" }, { $0.alertWebhook = "9000" },
        ]
        for change in changes {
            await #expect(throws: FreshetError.self) { try await TestEngine { change(&$0.language) } }
        }
    }
}
