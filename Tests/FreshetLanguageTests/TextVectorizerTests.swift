import Foundation
import FreshetCore
import FreshetLanguage
import Testing

@Suite struct TextVectorizerTests {
    let texts = ["red heart", "red red lamp", "blue lamp"]

    @Test func countsWords() {
        var configuration = TextVectorizer.Configuration()
        configuration.weighting = .counts
        let vectorizer = TextVectorizer(learning: texts, configuration: configuration)
        #expect(vectorizer.vocabulary == ["lamp", "red", "blue", "heart"])
        let rows = vectorizer.rows(for: texts + ["unknown words", "heart heart"])
        #expect(rows.offsets == [0, 2, 4, 6, 6, 7])
        #expect(rows.columns == [1, 3, 0, 1, 0, 2, 3])
        #expect(rows.values == [1, 1, 1, 2, 1, 1, 2])
    }

    /// By hand: lamp and red are in 2 of 3 texts, ln(4/3) + 1 = 1.28768; blue and heart in 1, ln(4/2) + 1 = 1.69315.
    @Test func weighsByRarity() {
        let vectorizer = TextVectorizer(learning: texts)
        let rows = vectorizer.rows(for: texts)
        let expected: [Float] = [0.605349, 0.795961, 0.447214, 0.894427, 0.605349, 0.795961]
        #expect(zip(rows.values, expected).allSatisfy { abs($0 - $1) < 1e-5 })
        #expect(abs(vectorizer.weights[0] - 1.28768) < 1e-5)
    }

    @Test func leavesOutRareAndCommonWords() {
        var configuration = TextVectorizer.Configuration()
        configuration.minimumTexts = 2
        #expect(TextVectorizer(learning: texts, configuration: configuration).vocabulary == ["lamp", "red"])
        configuration.minimumTexts = 1
        configuration.maximumShare = 0.5
        #expect(TextVectorizer(learning: texts, configuration: configuration).vocabulary == ["blue", "heart"])
        configuration.maximumWords = 1
        #expect(TextVectorizer(learning: texts, configuration: configuration).vocabulary == ["blue"])
    }

    @Test func comesBackFromJSON() throws {
        let vectorizer = TextVectorizer(learning: texts)
        let restored = try JSONDecoder().decode(TextVectorizer.self, from: JSONEncoder().encode(vectorizer))
        #expect(restored == vectorizer)
        #expect(restored.rows(for: texts) == vectorizer.rows(for: texts))
    }

    @Test func refusesDamagedJSON() throws {
        let json = try #require(
            String(decoding: JSONEncoder().encode(TextVectorizer(learning: texts)), as: UTF8.self)
                .replacing("\"blue\",", with: "").data(using: .utf8)
        )
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(TextVectorizer.self, from: json) }
    }

    @Test func survivesEmptyCollections() {
        #expect(TextVectorizer(learning: []).rows(for: ["a"]).offsets == [0, 0])
        #expect(TextVectorizer(learning: ["", ""]).vocabulary.isEmpty)
    }
}
