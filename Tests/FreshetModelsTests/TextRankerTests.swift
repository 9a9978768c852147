import Foundation
import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN
import FreshetTensor
import FreshetTestSupport
import Testing

@Suite struct TextRankerTests {
    /// Users choose items of their own group, which the items' categories name.
    private let data = SyntheticData.groups(users: 80, items: 24, groups: 3)

    private func fitted(_ change: (inout TextRanker.Configuration) -> Void = { _ in }) throws -> TextRanker {
        var configuration = TextRanker.Configuration()
        (configuration.epochs, configuration.width, configuration.learningRate) = (20, 12, 0.02)
        change(&configuration)
        var ranker = TextRanker(configuration: configuration)
        try ranker.fit(data, session: TrainingSession(seed: 3, pool: ThreadPool(threads: 2)))
        return ranker
    }

    /// The held-out item of a user's group is told from random others.
    @Test func saysHowGoodItIs() throws {
        let figures = try fitted().figures
        #expect(Set(figures.keys) == ["auc", "accuracy", "precision", "recall", "f1", "calibration error"])
        #expect((figures["auc"] ?? 0) > 0.75, "\(figures)")
        #expect((figures["calibration error"] ?? 1) < 0.25, "\(figures)")
    }

    /// What a user chose last decides: another history, another order.
    @Test func usersHaveTheirOwnOrder() throws {
        let scorer = try fitted().makeScorer()
        let best = (0..<3).map { group in
            let history = History(items: [ItemIndex(group), ItemIndex(group + 3)])
            let scores = scorer.scores(for: ScoringContext(user: nil, history: history))
            return (scores.indices.max { scores[$0] < scores[$1] } ?? 0) % 3
        }
        #expect(best == [0, 1, 2])
    }

    @Test func anEncoderLearnsWithIt() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("freshet-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("FreshetLanguageTests/Fixtures/bert-tiny")
        try FileManager.default.copyItem(at: fixture, to: folder)
        let words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "thing", "group", ","] + (0..<193).map(String.init)
        let vocabulary = folder.appendingPathComponent("vocab.txt")
        try Data(words.joined(separator: "\n").utf8).write(to: vocabulary)
        let ranker = try fitted {
            ($0.encoder, $0.tuning, $0.rank, $0.epochs) = (folder.path, .lora, 2, 2)
        }
        let scorer = ranker.makeScorer()
        let checkpoint = scorer.checkpoint()
        #expect(checkpoint.arrays.keys.contains { $0.hasSuffix(".query.down") })
        #expect(!checkpoint.arrays.keys.contains { $0.hasSuffix("query.weight") })
        let restored = try TextRanker.restoreScorer(from: checkpoint, configuration: ranker.configuration)
        let context = ScoringContext(user: nil, history: data.histories[UserIndex(0)])
        #expect(restored.scores(for: context) == scorer.scores(for: context))
        // A model of the same shape with other weights is not taken for it.
        let weights = folder.appendingPathComponent("model.safetensors").path
        var other = try Checkpoint.read(from: weights, requiringChecksum: false)
        let name = try #require(other.arrays.keys.sorted().first { $0.hasSuffix("word_embeddings.weight") })
        let shape = try #require(other.arrays[name]?.shape)
        other.arrays[name] = StoredArray([Float](repeating: 0.5, count: shape.reduce(1, *)), shape: shape)
        try other.write(to: weights)
        let error = #expect(throws: FreshetError.self) {
            try TextRanker.restoreScorer(from: checkpoint, configuration: ranker.configuration)
        }
        #expect(error?.message.contains("another model") == true)
    }

    @Test func refusesWhatSaysNothing() throws {
        var silent = data.dataset
        silent.itemDetails = []
        for (data, tuning) in [(TrainingData(dataset: silent), TextRanker.Tuning.none), (data, .lora)] {
            var configuration = TextRanker.Configuration()
            (configuration.encoder, configuration.tuning) = ("light", tuning)
            var ranker = TextRanker(configuration: configuration)
            let error = #expect(throws: FreshetError.self) { try ranker.fit(data, session: TrainingSession()) }
            #expect(error?.kind == .usage)
        }
    }
}
