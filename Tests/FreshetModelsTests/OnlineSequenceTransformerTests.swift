import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetModels

@Suite struct OnlineSequenceTransformerTests {
    private let pool = ThreadPool(threads: 1)

    private func learner(
        items: Int = 12,
        averaging: Float = 0.5,
        _ change: (inout OnlineLearning.Settings) -> Void = { _ in }
    ) throws -> OnlineSequenceTransformer {
        let scorer = tinyScorer(items: items) { $0.averaging = averaging }
        var configuration = OnlineLearning.Settings()
        configuration.learningRate = 0.01
        (configuration.fullBatch, configuration.warmUpEvents, configuration.averaging) = (1, 0, 0.5)
        configuration.contextLength = 4
        configuration.exemplars = 200
        configuration.teacherPeriod = 400
        change(&configuration)
        return try OnlineSequenceTransformer(scorer: scorer, configuration: configuration, seed: 1, pool: pool)
    }

    /// Users who go round in the items of a range, a batch a round.
    private func batches(_ range: Range<Int>, rounds: Int, from time: Int64 = 0) -> [[StreamEvent]] {
        var histories = UserHistories(limit: 6)
        return (0..<rounds).map { round in
            (0..<range.count).map { user in
                let event = LoggedEvent(
                    offset: Int64(round * range.count + user + 1),
                    user: UserIndex(user),
                    item: ItemIndex(range.lowerBound + (user + round) % range.count),
                    type: 0,
                    time: Timestamp(seconds: time + Int64(round * 60))
                )
                defer { histories.insert(event) }
                return StreamEvent(event: event, history: histories[event.user], isNewItem: round == 0)
            }
        }
    }

    private func hits(_ scorer: any Scorer, _ range: Range<Int>) -> Int {
        batches(range, rounds: 5)[4].count { event in
            let scores = scorer.scores(for: ScoringContext(user: nil, history: event.history))
            return scores.indices.max { scores[$0] < scores[$1] } == event.event.item.position
        }
    }

    /// A training's average remembers a thousand steps, of which a stream has one for some dozen events.
    @Test func servesWhatItLearnedWithinSomeUpdatesHoweverLongTheTrainingAveraged() throws {
        let learner = try learner(averaging: 0.9999)
        for batch in batches(0..<6, rounds: 80) { learner.learn(batch) }
        #expect(hits(learner.makeScorer(), 0..<6) >= 5)
        let slow = try self.learner { $0.averaging = 0.9999 }
        for batch in batches(0..<6, rounds: 80) { slow.learn(batch) }
        #expect(hits(slow.makeScorer(), 0..<6) < 5)
    }

    @Test func learnsTheStream() throws {
        let learner = try learner()
        for batch in batches(0..<6, rounds: 80) { learner.learn(batch) }
        #expect(hits(learner.makeScorer(), 0..<6) >= 5)
        #expect(learner.learnedEvents == 480)
    }

    @Test func stepsOnReplayLearnMoreOfTheSameEvents() throws {
        func hits(steps: Int) throws -> Int {
            let learner = try learner { $0.replaySteps = steps }
            for batch in batches(0..<6, rounds: 12) { learner.learn(batch) }
            return self.hits(learner.makeScorer(), 0..<6)
        }
        #expect(try hits(steps: 8) > hits(steps: 0))
    }

    /// What is left out is left out whole: the weights are those of a learner of fewer such steps.
    @Test(arguments: [0, 1]) func learnerWithoutTimeMakesFewerStepsOnReplay(steps: Int) throws {
        let (hurried, plain) = (try learner { $0.replaySteps = 3 }, try learner { $0.replaySteps = steps })
        for batch in batches(0..<6, rounds: 12) {
            hurried.learn(batch, emphasis: OnlineLearning.Emphasis(rate: 1, replay: 1, replaySteps: steps))
            plain.learn(batch)
        }
        let areEqual = hurried.checkpoint() == plain.checkpoint()
        #expect(areEqual)
        hurried.learn(batches(0..<6, rounds: 13)[12])
        plain.learn(batches(0..<6, rounds: 13)[12])
        let differ = hurried.checkpoint() != plain.checkpoint()
        #expect(differ)
    }

    /// The steps on replay alone are inside what measures them, and nothing else is.
    @Test func stepsOnReplayCanBeTimed() throws {
        let (measured, plain) = (try learner(), try learner { $0.replaySteps = 0 })
        for batch in batches(0..<6, rounds: 12) {
            measured.learn(batch, emphasis: .usual, replaying: { _ in })
            plain.learn(batch)
        }
        #expect(measured.checkpoint() == plain.checkpoint())
    }

    @Test func replayKeepsWhatWasLearned() throws {
        func remembered(exemplars: Int) throws -> Int {
            let learner = try learner { $0.exemplars = exemplars }
            for batch in batches(0..<6, rounds: 80) { learner.learn(batch) }
            for batch in batches(6..<12, rounds: 80, from: 10_000) { learner.learn(batch) }
            #expect(hits(learner.makeScorer(), 6..<12) >= 5)
            return hits(learner.makeScorer(), 0..<6)
        }
        #expect(try remembered(exemplars: 200) >= 5)
        #expect(try remembered(exemplars: 0) <= 3)
    }

    @Test func growsWithTheCatalogue() throws {
        let learner = try learner(items: 6)
        for batch in batches(0..<6, rounds: 3) { learner.learn(batch) }
        for batch in batches(10..<16, rounds: 80) { learner.learn(batch) }
        #expect(learner.makeScorer().itemCount == 16)
        #expect(hits(learner.makeScorer(), 10..<16) >= 5)
    }

    @Test func anItemIsAdmittedAfterEnoughEvents() throws {
        let learner = try learner(items: 6) { $0.admission = 1_000 }
        let report = batches(10..<16, rounds: 10).map { learner.learn($0) }
        #expect(report.allSatisfy { $0.loss == 0 })
    }

    @Test func emphasisChangesRateAndReplay() throws {
        let learner = try learner()
        let usual = learner.learn(batches(0..<6, rounds: 2)[1])
        let urgent = learner.learn(batches(0..<6, rounds: 3)[2], emphasis: .init(rate: 3, replay: 0))
        #expect(urgent.rate == 3 * usual.rate)
    }

    @Test func rateRisesWithTheEventsLearnedAndFallsWithTheBatch() throws {
        let learner = try learner {
            $0.warmUpEvents = 24
            $0.fullBatch = 24
        }
        let all = batches(0..<6, rounds: 6)
        let rates = all.prefix(5).map { learner.learn($0).rate }
        for (step, rate) in rates.enumerated() {
            #expect(abs(rate - 0.01 * 0.5 * min(1, Float(step + 1) / 4)) < 1e-7)
        }
    }

    @Test func expiredItemsAreForgotten() throws {
        let learner = try learner()
        for batch in batches(0..<6, rounds: 80) { learner.learn(batch) }
        #expect(learner.expireItems { $0.position < 6 } == 6)
        #expect(learner.expireItems { $0.position < 6 } == 0)
        #expect(hits(learner.makeScorer(), 0..<6) < 5)
        // One that comes again is learned again, and may be given up again.
        for batch in batches(0..<6, rounds: 80) { learner.learn(batch) }
        #expect(hits(learner.makeScorer(), 0..<6) >= 5)
        #expect(learner.expireItems { $0.position == 3 } == 1)
    }

    @Test func resumesExactly() throws {
        let stream = batches(0..<6, rounds: 12)
        // The teacher is changed once before the restart and once after it.
        let change: (inout OnlineLearning.Settings) -> Void = { $0.teacherPeriod = 30 }
        func learner() throws -> OnlineSequenceTransformer { try self.learner(items: 12, averaging: 0.5, change) }
        let (whole, first) = (try learner(), try learner())
        for batch in stream[..<6] {
            whole.learn(batch)
            first.learn(batch)
        }
        let second = try learner()
        try second.restore(first.checkpoint())
        for batch in stream[6...] {
            whole.learn(batch)
            second.learn(batch)
        }
        #expect(whole.makeScorer().checkpoint() == second.makeScorer().checkpoint())
        #expect(whole.checkpoint() == second.checkpoint())
        #expect(second.learnedEvents == 72)
    }

    /// What was written before teachers were kept, and when the learner still knew when each item came last.
    @Test func goesOnFromAnOlderCheckpoint() throws {
        let first = try learner()
        for batch in batches(0..<6, rounds: 6) { first.learn(batch) }
        var old = first.checkpoint()
        old.arrays = old.arrays.filter { !$0.key.hasPrefix("teacher") }
        old.arrays["learner.lastTimes"] = StoredArray([Int64](repeating: .min, count: 12))
        old.arrays["learner.state"] = StoredArray([36, .min] as [Int64])
        let second = try learner()
        try second.restore(old)
        #expect(second.learnedEvents == 36)
        second.learn(batches(0..<6, rounds: 7)[6])
        #expect(second.learnedEvents == 42)
        #expect(second.checkpoint().arrays["teacher.items"] != nil)
        old.arrays["learner.state"] = StoredArray([] as [Int64])
        #expect(throws: FreshetError.self) { try second.restore(old) }
    }

    /// Tables that had room to spare were written with it.
    @Test func goesOnFromTablesWithSpareRows() throws {
        let (first, second) = (try learner(), try learner())
        for batch in batches(0..<6, rounds: 6) { first.learn(batch) }
        var old = first.checkpoint()
        for (name, array) in old.arrays where array.shape.first == 12 && array.elementType == .float32 {
            let numbers = array.numbers(of: Float.self) ?? []
            old.arrays[name] = StoredArray(numbers + [Float](repeating: 0, count: 4 * 8), shape: [16, 8])
        }
        for name in ["average.items", "optimizer.first.items", "optimizer.second.items"] {
            let numbers = first.checkpoint().arrays[name]?.numbers(of: Float.self) ?? []
            old.arrays[name] = StoredArray(numbers + [Float](repeating: 0, count: 4 * 8))
        }
        var state = try old.numbers("state", of: Int64.self)
        state[3] = 16
        old.arrays["state"] = StoredArray(state)
        try second.restore(old)
        #expect(second.itemCount == 12)
        for learner in [first, second] {
            for batch in batches(10..<16, rounds: 5, from: 9_000) { learner.learn(batch) }
        }
        #expect(second.makeScorer().checkpoint() == first.makeScorer().checkpoint())
    }

    @Test func aUserIsErasedFromTheReplay() throws {
        let learner = try learner()
        for batch in batches(0..<6, rounds: 10) { learner.learn(batch) }
        #expect(learner.erase(UserIndex(2)) == 9)
        #expect(learner.erase(UserIndex(2)) == 0)
    }
}
