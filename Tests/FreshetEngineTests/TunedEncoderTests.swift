import Foundation
import FreshetCore
import FreshetData
import FreshetLanguage
import FreshetLearning
import FreshetModels
import FreshetRecommendation
import Testing

@testable import FreshetEngine

/// The slow path: an encoder that is tuned on the stream, and its vectors, as a version of its own.
@Suite(.serialized) struct TunedEncoderTests {
    /// A tiny BERT of the other tests with a vocabulary.
    private static func model() throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("freshet-model-\(UUID().uuidString)")
        let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("FreshetLanguageTests/Fixtures/bert-tiny")
        try FileManager.default.copyItem(at: fixture, to: folder)
        let words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + (4..<200).map { "w\($0)" }
        try Data(words.joined(separator: "\n").utf8).write(to: folder.appendingPathComponent("vocab.txt"))
        return folder.path
    }

    private static func item(_ number: Int) -> Item { Item(id: "i\(number)", title: "w\(number + 10) w\(number + 50)") }

    /// Tuned, read anew, competing, promoted, kept over a restart, rolled back: encoder and vectors go with their version.
    @Test(.timeLimit(.minutes(10))) func goesLiveAndBackWithItsVersion() async throws {
        let model = try Self.model()
        defer { try? FileManager.default.removeItem(atPath: model) }
        let test = try await TestEngine { configuration in
            LearningTests.learns(&configuration)
            configuration.language.encoder = model
            configuration.learning.encoder.everyHours = 1e-6
            configuration.learning.encoder.tuning.leastPairs = 20
            configuration.learning.encoder.tuning.batchSize = 8
        }
        let engine = test.engine
        engine.content.start()
        engine.learning.start()
        try await engine.put((0..<12).map(Self.item))
        _ = try await engine.accept(LearningTests.ring(400))
        try await waitUntil { engine.book.highestNumber >= 1 }
        // Without a trained version there is nothing to compete beside.
        #expect(engine.book.all.allSatisfy { $0.source == nil })
        try await engine.promote(ModelVersion(1))
        try await waitUntil { engine.book.highestNumber >= 2 }
        let record = try #require(engine.book.record(of: ModelVersion(2)))
        #expect(record.state == .candidate && record.source?.contains("tuned on") == true)
        #expect(record.trainingStarted == engine.book.record(of: ModelVersion(1))?.trainingStarted)
        #expect(engine.live.current.reading == nil)

        try await engine.promote(ModelVersion(2))
        let reading = try #require(engine.live.current.reading)
        let encoder = reading.view.current.encoder
        #expect(encoder.contains("+\(reading.id)") && encoder != engine.content.view.current.encoder)
        #expect(reading.vector(of: "w10 w50").belongs(to: reading.view.current))
        // Both go on reading.
        try await engine.put([Self.item(12)])
        let new = try #require(engine.vocabulary.item("i12"))
        try await waitUntil { reading.view.current.isKnown(new) && engine.content.view.current.isKnown(new) }
        #expect(reading.view.current.vector(of: new) != engine.content.view.current.vector(of: new))
        let answer = try await engine.recommend(RecommendationRequest(user: "u1", count: 5))
        #expect(answer.model.number == 2 && answer.items.count == 5)
        await engine.shutDown()

        let reopened = try await test.reopened()
        let kept = try #require(reopened.live.current.reading)
        #expect(kept.id == reading.id && kept !== reading)
        reopened.content.start()
        try await waitUntil { kept.view.current.isKnown(new) && kept.view.current.encoder == encoder }
        #expect(kept.view.current.vector(of: new) == reading.view.current.vector(of: new))
        reopened.learning.start()
        _ = try await reopened.rollback()
        #expect(reopened.live.current.reading == nil && reopened.live.current.version.number == 1)
        await reopened.shutDown()
    }
}
