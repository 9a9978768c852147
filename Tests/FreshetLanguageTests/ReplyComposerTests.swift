import Foundation
import FreshetCore
import FreshetTensor
import Testing

@testable import FreshetLanguage

@Suite struct ReplyComposerTests {
    private static let entries = [
        ReplyIndex.Entry(question: "how do i return a lamp", answer: "Send it back within 30 days."),
        ReplyIndex.Entry(question: "can i return a broken table", answer: "We collect broken goods."),
        ReplyIndex.Entry(question: "when will my order arrive", answer: "In three days."),
    ]

    private func reply(_ likeness: [Float], threshold: Float) -> ReplyIndex.Reply {
        let answers = zip(Self.entries, likeness).map { (entry: $0, likeness: $1) }
        return ReplyIndex.Reply(answers: answers, isSure: likeness[0] >= threshold)
    }

    /// Where nothing is alike enough a person is to be asked, whatever the model would say.
    @Test func nothingIsComposedBelowTheThreshold() throws {
        let composer = try ReplyComposer { try Fixture.causal(positions: 400) }
        let unsure = reply([0.4, 0.3, 0.2], threshold: 0.5)
        #expect(try composer.answer(to: "how do I return a lamp?", from: unsure, threshold: 0.5) == nil)
        let none = ReplyIndex.Reply(answers: [], isSure: false)
        #expect(try composer.answer(to: "zzz", from: none, threshold: 0.5) == nil)
    }

    /// A model of drawn weights says what no note says: the best note stands as it is, the same every time.
    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func whatIsInventedIsDropped(seed: UInt64) throws {
        let composer = try ReplyComposer(maximumTokens: 12) { try Fixture.causal(positions: 400, seed: seed) }
        let sure = reply([0.9, 0.6, 0.1], threshold: 0.5)
        let answer = try #require(try composer.answer(to: "how do I return a lamp?", from: sure, threshold: 0.5))
        let sources = ["Send it back within 30 days.", "We collect broken goods.", "how do I return a lamp?"]
        #expect(answer.isComposed ? ReplyComposer.isSupported(answer.text, by: sources) : answer.text == sources[0])
        #expect(try composer.answer(to: "how do I return a lamp?", from: sure, threshold: 0.5) == answer)
    }

    @Test func wordsAndNumbersMustBeInTheNotes() {
        let notes = ["Send it back within 30 days, unused.", "Postage is free."]
        for text in ["You can send it back within 30 days.", "Postage is free!", "Send it, free, in 30 days."] {
            #expect(ReplyComposer.isSupported(text, by: notes + ["can I send it back?", "you"]), "\(text)")
        }
        for text in ["Send it back within 60 days.", "A refund takes a week.", "", "?!", "In 31 days", "No."] {
            #expect(!ReplyComposer.isSupported(text, by: notes), "\(text)")
        }
        let contrary = "You can not send it back within 30 days."
        #expect(!ReplyComposer.isSupported(contrary, by: notes + ["can I send it back?"]))
    }

    @Test func onlyACausalModelComposes() throws {
        #expect(throws: FreshetError.self) { try ReplyComposer { try Fixture.encoder() } }
        let folder = try TemporaryFolder()
        let store = ModelStore(folder: folder.path)
        #expect(try ReplyComposer.named("none", in: store)?.name == nil)
        #expect(try ReplyComposer.named("auto", in: store)?.name == nil && store.causal.isEmpty)
        #expect(throws: FreshetError.self) { try ReplyComposer.named("gpt2", in: store) }
    }

    @Test func aCausalModelEncodesOnlyWhenItIsNamed() throws {
        let folder = try TemporaryFolder()
        for (name, type) in [("a-gpt", "gpt2"), ("b-bert", "bert")] {
            try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
            try folder.write(#"{"model_type": "\#(type)"}"#, to: "\(name)/config.json")
        }
        let store = ModelStore(folder: folder.path)
        #expect(store.firstEncoder == "b-bert" && store.causal == ["a-gpt"])
    }
}
