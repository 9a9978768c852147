import Foundation
import FreshetCore
import FreshetNN
import FreshetTensor
import Testing

@testable import FreshetLanguage

@Suite struct ReplyIndexTests {
    private static let pool = ThreadPool(threads: 2)
    private static let entries = [
        ("how do i return a lamp", "Send it back within a month."),
        ("how can i return a broken table", "Send it back within a month."),
        ("when will my order arrive", "In three days."),
        ("where is my parcel now", "See the tracking page."),
        ("do you ship to japan", "Not yet."),
        ("can i pay by card", "Yes, and by bank transfer."),
        ("is the garden spade made of steel", "Yes, of stainless steel."),
    ].map { ReplyIndex.Entry(question: $0.0, answer: $0.1) }

    private func index(_ readers: [String], reliability: Double = 0.8) throws -> ReplyIndex {
        let matcher = try ReplyIndex.matcher(of: Self.entries.map(\.question), readBy: readers, on: Self.pool) { _ in
            try Fixture.encoder(width: 16)
        }
        return ReplyIndex(Self.entries, matchedBy: matcher, reliability: reliability, seed: 1, on: Self.pool)
    }

    @Test(arguments: [["tfidf"], ["light"], ["light", "tfidf"]])
    func findsTheAnswerToOtherWords(readers: [String]) throws {
        let index = try index(readers)
        let replies = index.replies(
            to: ["return lamp please", "spade of steel", "ship japan", "when does the order arrive"],
            count: 3,
            on: Self.pool
        )
        let expected = ["Send it back within a month.", "Yes, of stainless steel.", "Not yet.", "In three days."]
        #expect(replies.map { $0.answers.first?.entry.answer ?? "" } == expected)
        // An answer that two questions have comes once.
        #expect(Set(replies[0].answers.map(\.entry.answer)).count == replies[0].answers.count)
        #expect(
            replies.allSatisfy {
                $0.answers.count <= 3 && $0.answers.map(\.likeness).sorted(by: >) == $0.answers.map(\.likeness)
            }
        )
    }

    @Test func theWordsCosineIsThatOfTheRows() {
        let texts = ["red lamp", "red red spade", "blue"]
        let matcher = WordMatcher(of: texts)
        let rows = TextVectorizer(learning: texts).rows(for: texts + ["red house"])
        let dense = (0..<4).map { row in
            (rows.offsets[row]..<rows.offsets[row + 1]).reduce(into: [Float](repeating: 0, count: rows.columnCount)) {
                $0[Int(rows.columns[$1])] = rows.values[$1]
            }
        }
        let likeness = matcher.likeness(of: texts + ["red house"], on: Self.pool)
        for (place, (a, b)) in (0..<4).flatMap({ a in (0..<3).map { (a, $0) } }).enumerated() {
            let cosine = zip(dense[a], dense[b]).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(abs(likeness[place] - cosine) < 1e-6)
        }
    }

    /// Says what a table says.
    private struct TableMatcher: TextMatcher {
        let rows: [String: [Float]]
        let count = 3

        func likeness(of texts: [String], on pool: ThreadPool) -> [Float] { texts.flatMap { rows[$0] ?? [0, 0, 0] } }
    }

    /// One finds both texts by .2, the other is wrong by 1: the first is heard from 7 eighths on (.525 against .475).
    @Test func matchersCountByWhatTheyFind() {
        let right = TableMatcher(rows: ["a": [0.6, 0.4, 0], "b": [0.4, 0.6, 0]])
        let wrong = TableMatcher(rows: ["a": [0, 1, 0], "b": [1, 0, 0]])
        let found = { (parts: [any TextMatcher], groups: [Int]) in
            MeanMatcher(parts).weighed(byFinding: [0, 1], with: ["a", "b"], groups: groups, on: Self.pool).weights
        }
        #expect(found([right, wrong], [0, 1, 2]) == [7 / 8, 1 / 8])
        #expect(found([wrong, right], [0, 1, 2]) == [1 / 8, 7 / 8])
        #expect(found([right, right], [0, 1, 2]) == [1 / 2, 1 / 2], "what makes no difference counts alike")
        #expect(found([right, wrong], [0, 0, 0]).reduce(0, +) == 1)
        let mean = MeanMatcher([right, wrong], weights: [0.75, 0.25]).likeness(of: ["a"], on: Self.pool)
        #expect(zip(mean, [0.45, 0.55, 0]).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test func weightsComeBackFromTheFolder() throws {
        let folder = NSTemporaryDirectory() + "freshet-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let parts = ["tfidf", "light"]
        let even = try index(parts)
        let mean = try #require(even.matcher as? MeanMatcher)
        let index = ReplyIndex(Self.entries, MeanMatcher(mean.parts, weights: [0.875, 0.125]), threshold: 0.5)
        try index.write(to: folder, readers: parts)
        let again = try ReplyIndex(folder: folder) { _ in try Fixture.encoder(width: 16) }
        #expect((again.matcher as? MeanMatcher)?.weights == [0.875, 0.125])
    }

    @Test func nothingAlikeIsForAPerson() throws {
        let index = try index(["tfidf"])
        #expect(index.threshold > 0 && index.threshold <= 1)
        let replies = index.replies(to: ["zzz qqq", "", "where is my parcel now"], count: 2, on: Self.pool)
        #expect(!replies[0].isSure && replies[0].answers.isEmpty && !replies[1].isSure)
        #expect(replies[2].isSure && abs(replies[2].answers[0].likeness - 1) < 1e-5)
    }

    /// Of five answers by likeness, right, right, wrong, right, wrong: three quarters are right down to the fourth.
    @Test func theThresholdIsWhereEnoughAreRight() {
        let trials: [(likeness: Float, isRight: Bool)] = [
            (0.5, false), (0.9, true), (0.7, false), (0.8, true), (0.6, true),
        ]
        #expect(ReplyIndex.threshold(trials, reliability: 0.75) == 0.6)
        #expect(ReplyIndex.threshold(trials, reliability: 0.76) == 0.8)
        #expect(ReplyIndex.threshold(trials, reliability: 0) == 0.5)
        #expect(ReplyIndex.threshold([(0.9, false)], reliability: 0.5) > 1)
        // Equals are answered together.
        #expect(ReplyIndex.threshold([(0.9, true), (0.9, false)], reliability: 0.6) > 1)
    }

    @Test func noiseDropsAndReplaces() {
        let noise = TextNoise(wordsOf: ["x"])
        var random = RandomSource(seed: 5)
        let words = (0..<10_000).map { "w\($0)" }
        let left = noise.disturbed(words.joined(separator: " "), using: &random).split(separator: " ")
        let replaced = left.count { $0 == "x" }
        #expect(abs(left.count - 7000) < 200 && abs(replaced - 2000) < 200)
        #expect(noise.disturbed("one", using: &random) != "" && noise.disturbed("", using: &random) == "")
    }

    @Test(arguments: [["tfidf"], ["light", "tfidf"], ["model", "light"]])
    func comesBackFromItsFolder(readers: [String]) throws {
        let folder = try TemporaryFolder()
        let index = try index(readers)
        try index.write(to: folder.path("out"), readers: readers)
        let restored = try ReplyIndex(folder: folder.path("out")) { _ in try Fixture.encoder(width: 16) }
        let questions = Self.entries.map(\.question) + ["return my spade"]
        #expect(restored.threshold == index.threshold && restored.entries == index.entries)
        let replies = index.replies(to: questions, count: 4, on: Self.pool)
        #expect(restored.replies(to: questions, count: 4, on: Self.pool) == replies)
        guard readers.contains("model") else { return }
        let error = #expect(throws: FreshetError.self) {
            try ReplyIndex(folder: folder.path("out")) { _ in try Fixture.encoder(width: 16, seed: 6) }
        }
        #expect(error?.message.contains("another model") == true)
    }

    @Test func refusesDamage() throws {
        let folder = try TemporaryFolder()
        try index(["light", "tfidf"]).write(to: folder.path, readers: ["light", "tfidf"])
        let path = folder.path(ReplyIndex.file)
        let whole = try Checkpoint.read(from: path)
        for name in whole.arrays.keys {
            var lacking = whole
            lacking.arrays[name] = nil
            try lacking.write(to: path)
            let error = #expect(throws: FreshetError.self, "\(name)") {
                try ReplyIndex(folder: folder.path) { _ in try Fixture.encoder() }
            }
            #expect(error?.kind == .invalidData, "\(name)")
        }
    }
}
