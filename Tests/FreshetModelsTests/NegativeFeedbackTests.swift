import FreshetCore
import FreshetData
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetModels

/// What users dislike, in every offline model.
@Suite struct NegativeFeedbackTests {
    private static let items = 12

    /// Users of the even items and users of the odd ones; every third of them dislikes item 0 last, and nobody likes
    /// item 11.
    private func dataset() -> Dataset {
        var random = RandomSource(seed: 5)
        var (offsets, items, weights) = ([0], [ItemIndex](), [Float]())
        for user in 0..<60 {
            for item in 0..<11 where item % 2 == user % 2 && item > 0 && random.below(4) > 0 {
                items.append(ItemIndex(item))
                weights.append(1)
            }
            if user % 3 == 0 {
                items += [ItemIndex(0), ItemIndex(11)]
                weights += [-1, -1]
            }
            offsets.append(items.count)
        }
        return Dataset(
            users: IdentifierTable((0..<60).map { "user \($0)" }),
            items: IdentifierTable((0..<Self.items).map { "item \($0)" }),
            eventTypes: ["view", "dislike"],
            histories: Histories(
                offsets: offsets,
                items: items,
                types: weights.map { $0 > 0 ? 0 : 1 },
                weights: weights
            )
        )
    }

    private func scorer(_ model: String, _ overrides: [String: String] = [:]) throws -> any Scorer {
        let data = TrainingData(dataset: dataset())
        let description = try ModelRegistry.model(named: model)
        func fit(_ learner: some Learner) throws -> any Scorer {
            var learner = learner
            try learner.fit(data, session: TrainingSession(seed: 1, pool: ThreadPool(threads: 1)))
            return learner.makeScorer()
        }
        return try fit(description.makeLearner(preset: nil, overrides: overrides, data: data))
    }

    private func history(_ items: [Int], weight: Float) -> History {
        History(
            items: items.map { ItemIndex($0) }[...],
            types: items.map { _ in weight > 0 ? 0 : 1 }[...],
            weights: items.map { _ in weight }[...]
        )
    }

    @Test(arguments: [
        "popularity", "co-visitation", "item-knn", "ease", "user-knn", "next-basket", "matrix-factorization",
    ])
    func whatIsDislikedPushesNothingLikeIt(model: String) throws {
        let scorer = try scorer(model)
        func scores(_ history: History) -> [Float] {
            scorer.scores(for: ScoringContext(user: nil, history: history))
        }
        let stranger = scores(History(items: []))
        let hater = scores(history([2, 4], weight: -1))
        let lover = scores(history([2, 4], weight: 1))
        for item in [6, 8, 10] {
            #expect(hater[item] <= stranger[item] + 1e-5, "item \(item) of \(model)")
            if model != "popularity" { #expect(lover[item] > hater[item] + 1e-5, "item \(item) of \(model)") }
        }
    }

    @Test(arguments: ["popularity", "co-visitation", "item-knn", "user-knn", "next-basket"])
    func whatIsOnlyDislikedIsLast(model: String) throws {
        let scores = try scorer(model).scores(
            for: ScoringContext(user: nil, history: history([1, 2, 3], weight: 1))
        )
        #expect(scores[11] == 0 && scores[0] == 0 && scores.contains { $0 > 0 })
    }

    @Test func moreOfAWeightCountsMore() throws {
        var dataset = dataset()
        // The purchases of item 1 weigh three times a view.
        for row in dataset.histories.items.indices where dataset.histories.items[row] == ItemIndex(1) {
            dataset.histories.weights[row] = 3
        }
        var popularity = Popularity(configuration: Popularity.Configuration())
        try popularity.fit(
            TrainingData(dataset: dataset),
            session: TrainingSession(seed: 1, pool: ThreadPool(threads: 1))
        )
        let scores = popularity.makeScorer().scores(for: ScoringContext(user: nil, history: History(items: [])))
        let count = dataset.histories.items.count { $0 == ItemIndex(1) }
        #expect(scores[1] == Float(3 * count))
    }

    // MARK: The transformer

    private func packed(_ weights: [Float], hasOpinions: Bool) -> PackedSequences {
        let batch = PackedSequences(.init(items: 10, types: 1, hasTimes: false, hasOpinions: hasOpinions))
        let history = History(items: weights.indices.map { ItemIndex($0) }[...], weights: weights[...])
        batch.append(history, 0..<weights.count - 1, maximumLength: 8, firstTarget: 0)
        return batch
    }

    @Test func aDislikeIsAnEventAndNoTarget() {
        let batch = packed([1, -1, 1, 0, 1, -1], hasOpinions: true)
        #expect(Array(batch.items.indices) == [0, 1, 2, 3, 4])
        #expect(Array(batch.opinions.indices) == [2, 0, 2, 1, 2])
        #expect(Array(batch.targets.indices) == [2, 4] && Array(batch.targetRows.indices) == [1, 3])
    }

    @Test func aNetworkThatKnowsNoDislikesPassesThemOver() {
        let batch = packed([1, -1, 1, -1, -1, 1], hasOpinions: false)
        #expect(Array(batch.items.indices) == [0, 2])
        // What comes after dislikes follows the event before them.
        #expect(Array(batch.targets.indices) == [2, 5] && Array(batch.targetRows.indices) == [0, 1])
        let later = packed([-1, 1, 1], hasOpinions: false)
        withExtendedLifetime(later) { #expect(Array(later.targets.indices) == [2]) }
    }

    @Test func windowsCountTheirTargets() {
        let histories = Histories(
            offsets: [0, 4, 6],
            items: [0, 1, 2, 3, 0, 1].map { ItemIndex($0) },
            weights: [1, -1, 1, -1, 1, -1]
        )
        let windows = EpochWindows(histories, SequenceTransformer.Configuration(), seed: 1, epoch: 0).batches(of: 10)
        // The second user has nothing to learn.
        #expect(windows.joined().map(\.targets) == [1])
        var sequences = TrainingSequences()
        sequences.append(histories[UserIndex(1)], targets: 1, maximumLength: 10)
        #expect(sequences.count == 0)
        sequences.append(histories[UserIndex(0)], targets: 3, maximumLength: 10)
        #expect(sequences.count == 1 && sequences.targets == 1)
    }

    @Test(arguments: SequenceTransformer.Loss.allCases)
    func aTransformerLearnsWhatIsLikedNext(loss: SequenceTransformer.Loss) throws {
        let scorer = try scorer(
            "sequence-transformer",
            [
                "channels": "16", "maximumLength": "12", "epochs": "30", "loss": loss.rawValue, "negatives": "4",
                "averaging": "0", "dropout": "0", "warmUpSteps": "1", "learningRate": "0.01",
            ]
        )
        let scores = scorer.scores(for: ScoringContext(user: nil, history: history([2, 4, 6], weight: 1)))
        // Item 11 was never a target; those of the same kind were.
        #expect(scores[8] > scores[11] && scores[10] > scores[11])
    }
}
