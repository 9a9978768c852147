import FreshetCore
import FreshetData
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetModels

@Suite struct StreamingCoVisitationTests {
    private let day: Int64 = 86_400
    private let start: Int64 = 1_700_000_000

    private var plain: StreamingCoVisitation.Configuration {
        var configuration = StreamingCoVisitation.Configuration()
        configuration.windowWeights = [1, 0.5]
        configuration.backward = 0
        configuration.sourceDamping = 0
        configuration.targetDamping = 0
        configuration.query = HistoryQuery(length: 2, decay: 0.5)
        return configuration
    }

    private func history(_ items: [Int]) -> History { History(items: items.map { ItemIndex($0) }[...]) }

    private func learn(_ items: [Int], every step: Int64 = 0, into model: inout StreamingCoVisitation) {
        for (index, item) in items.enumerated() {
            let before = history(Array(items[..<index]))
            model.learn(ItemIndex(item), after: before, at: start + Int64(index) * step)
        }
    }

    /// Companions are weighed by how often both items come, whatever the damping of what follows.
    @Test func companionsAreWeighedByBothItemsEvents() {
        var configuration = plain
        configuration.backward = 0.5
        var model = StreamingCoVisitation(configuration: configuration)
        for _ in 0..<4 { learn([0, 1], into: &model) }
        learn([0, 0], into: &model)
        for _ in 0..<12 { learn([1], into: &model) }
        // Item 0 has 6 events, item 1 has 16; four pairs, the item itself is no companion of its own.
        let (forward, backward) = (4 / (6 * 16 as Float).squareRoot(), 2 / (6 * 16 as Float).squareRoot())
        let found = [model.companions(of: ItemIndex(0), at: start), model.companions(of: ItemIndex(1), at: start)]
        #expect(found.map { $0.map(\.item) } == [[ItemIndex(1)], [ItemIndex(0)]])
        #expect(abs(found[0][0].score - forward) < 1e-5 && abs(found[1][0].score - backward) < 1e-5)
        #expect(model.companions(of: ItemIndex(9), at: start).isEmpty)
    }

    @Test func countsPairsByDistance() {
        var model = StreamingCoVisitation(configuration: plain)
        learn([0, 1, 2], into: &model)
        learn([0, 2, 0, 1], into: &model)
        let scores = SparseScores()
        model.score(history([0]), at: start, into: scores)
        #expect((0..<4).map { scores[ItemIndex($0)] } == [0.5, 2, 1.5, 0])
        #expect(
            scores.top(2) == [ScoredItem(item: ItemIndex(1), score: 2), ScoredItem(item: ItemIndex(2), score: 1.5)]
        )
        model.score(history([3, 0, 0, 1]), at: start, into: scores)
        #expect((0..<4).map { scores[ItemIndex($0)] } == [0.25, 1, 1.75, 0])
    }

    @Test func decaysByHalfLife() {
        var configuration = plain
        configuration.halfLifeDays = 1
        var model = StreamingCoVisitation(configuration: configuration)
        learn([0, 1, 0, 2], every: day, into: &model)
        let scores = SparseScores()
        // 1 after 0 came two days before the last event; 2 after 0 with it; 0 two after 0 a day before.
        model.score(history([0]), at: start + 3 * day, into: scores)
        #expect((0..<3).map { scores[ItemIndex($0)] } == [0.25, 0.25, 1])
        model.score(history([0]), at: start + 5 * day, into: scores)
        #expect((0..<3).map { scores[ItemIndex($0)] } == [0.0625, 0.0625, 0.25])
    }

    @Test func staysFiniteOverManyHalfLivesAndBackwardTimes() {
        var configuration = plain
        configuration.halfLifeDays = 1
        var model = StreamingCoVisitation(configuration: configuration)
        for year in [0, 5, 10, 3] as [Int64] {
            model.learn(ItemIndex(1), after: history([0]), at: start + year * 365 * day)
        }
        let scores = SparseScores()
        model.score(history([0]), at: start + 3650 * day, into: scores)
        #expect(abs(scores[ItemIndex(1)] - 1) < 1e-5)
    }

    @Test func equalsBatchCountsWithoutDecay() throws {
        let dataset = SyntheticData.noise(users: 40, items: 30, meanLength: 15, seed: 5)
        var batch = CoVisitation.Configuration()
        batch.backward = 0.5
        batch.sourceDamping = 0.5
        batch.targetDamping = 0.1
        var learner = CoVisitation(configuration: batch)
        try learner.fit(TrainingData(dataset: dataset), session: TrainingSession(pool: ThreadPool(threads: 1)))
        var model = StreamingCoVisitation()
        for user in 0..<dataset.users.count {
            learn(dataset.histories[UserIndex(user)].items.map(\.position), into: &model)
        }
        let scorer = learner.makeScorer()
        let scores = SparseScores()
        for user in 0..<dataset.users.count {
            let history = dataset.histories[UserIndex(user)]
            model.score(history, at: start, into: scores)
            let expected = scorer.scores(for: ScoringContext(user: nil, history: history))
            for (item, score) in expected.enumerated() {
                #expect(abs(scores[ItemIndex(item)] - score) <= 1e-4 * max(score, 1))
            }
        }
    }

    /// Most rows of a long catalogue are short: room for what they hold and a little more is enough.
    @Test func rowHasLittleRoomToSpare() {
        var row = FollowerRow()
        for item in 0..<256 {
            row.add(Int32(item), 1, at: 0, rate: 0, limit: 256)
            let spare = row.items.capacity - row.items.count
            // The allocator's own steps are a few numbers.
            #expect(spare <= max(4, row.items.count / 4) + 8, "\(row.items.count) followers")
        }
        #expect(row.items == (0..<256).map(Int32.init))
        #expect(row.items.capacity <= 264 && row.weights.capacity <= 264)
    }

    @Test func staysWithinItsBounds() {
        var configuration = plain
        configuration.followers = 8
        var model = StreamingCoVisitation(configuration: configuration)
        // One strong follower among many weak ones.
        for round in 0..<500 {
            model.learn(ItemIndex(1), after: history([0]), at: start)
            model.learn(ItemIndex(2 + round % 90), after: history([0]), at: start)
        }
        #expect(model.pairCount <= 8 * model.itemCount)
        let scores = SparseScores()
        model.score(history([0]), at: start, into: scores)
        #expect(scores.count <= 8)
        #expect(scores.top(1) == [ScoredItem(item: ItemIndex(1), score: 500)])
    }
}
