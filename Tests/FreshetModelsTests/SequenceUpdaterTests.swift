import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetModels

@Suite struct SequenceUpdaterTests {
    private let pool = ThreadPool(threads: 1)

    private var configuration: SequenceTransformer.Configuration {
        var configuration = SequenceTransformer.Configuration()
        configuration.channels = 8
        configuration.maximumLength = 6
        configuration.relativePositions = 4
        configuration.dropout = 0
        configuration.attentionDropout = 0
        configuration.loss = .sampledSoftmax
        configuration.negatives = 12
        configuration.averaging = 0.5
        return configuration
    }

    private func updater(items: Int = 10, seed: UInt64 = 1) -> SequenceUpdater {
        SequenceUpdater(
            configuration: configuration,
            itemCount: items,
            typeCount: 1,
            hasTimes: false,
            seed: seed,
            pool: pool
        )
    }

    private func history(_ items: [Int]) -> History { History(items: items.map { ItemIndex($0) }[...]) }

    /// A lesson of cycles `start, start + 1, …` in a group of items.
    private func lesson(_ range: Range<Int>) -> Lesson {
        var lesson = Lesson()
        for start in range {
            let items = (0..<5).map { range.lowerBound + (start - range.lowerBound + $0) % range.count }
            lesson.new.append(history(items), targets: 4, maximumLength: 6)
        }
        return lesson
    }

    private func best(_ scorer: any Scorer, after items: [Int]) -> Int? {
        let scores = scorer.scores(for: ScoringContext(user: nil, history: history(items)))
        return scores.indices.max { scores[$0] < scores[$1] }
    }

    @Test func learnsWhatItIsGiven() {
        let updater = updater()
        let lesson = lesson(0..<10)
        let first = updater.step(lesson, rate: 0.01)
        for _ in 0..<150 { updater.step(lesson, rate: 0.01) }
        #expect(updater.step(lesson, rate: 0) < 0.4 * first)
        #expect((0..<10).count { best(updater.makeScorer(), after: [$0]) == ($0 + 1) % 10 } >= 9)
    }

    /// With the moments of those before it, another updater makes the very steps that the first would have made.
    @Test func goesOnAsIfItHadNotBeenMadeAnew() throws {
        var configuration = configuration
        configuration.averaging = 0
        configuration.loss = .softmax
        let first = SequenceUpdater(
            configuration: configuration,
            itemCount: 10,
            typeCount: 1,
            hasTimes: false,
            seed: 1,
            pool: pool
        )
        let lesson = lesson(0..<10)
        for _ in 0..<20 { first.step(lesson, rate: 0.01) }
        let heir = try SequenceUpdater(first.makeScorer(), seed: 2, pool: pool)
        let stranger = try SequenceUpdater(first.makeScorer(), seed: 2, pool: pool)
        heir.takeMoments(of: first)
        for updater in [first, heir, stranger] { updater.step(lesson, rate: 0.01) }
        #expect(heir.makeScorer().checkpoint() == first.makeScorer().checkpoint())
        #expect(stranger.makeScorer().checkpoint() != first.makeScorer().checkpoint())
    }

    @Test func onlyTargetsAreLearned() {
        let (all, newest) = (updater(), updater())
        var lesson = Lesson()
        lesson.new.append(history([1, 2, 3, 4]), targets: 3, maximumLength: 6)
        #expect(lesson.new.targets == 3)
        all.step(lesson, rate: 0.01)
        lesson.new.removeAll()
        lesson.new.append(history([1, 2, 3, 4]), targets: 1, maximumLength: 6)
        #expect(lesson.new.targets == 1)
        newest.step(lesson, rate: 0.01)
        let context = ScoringContext(user: nil, history: history([1]))
        #expect(all.makeScorer().scores(for: context) != newest.makeScorer().scores(for: context))
    }

    /// Growing changes nothing for the items that were there.
    @Test func growthKeepsScores() {
        let updater = updater()
        for _ in 0..<5 { updater.step(lesson(0..<10), rate: 0.01) }
        let context = ScoringContext(user: nil, history: history([3, 4]))
        let before = updater.makeScorer().scores(for: context)
        updater.grow(toItems: 2_000)
        let after = updater.makeScorer()
        #expect(after.itemCount == 2_000)
        #expect(Array(after.scores(for: context).prefix(10)) == before)
        updater.step(lesson(0..<1_000), rate: 0.01)
        #expect(updater.makeScorer().scores(for: context).allSatisfy { $0.isFinite })
    }

    /// A new item starts in the middle of the others, so that it neither floods nor vanishes.
    @Test func newItemsScoreAsTheAverageItem() {
        let updater = updater()
        for _ in 0..<80 { updater.step(lesson(0..<10), rate: 0.01) }
        updater.grow(toItems: 14)
        let scores = updater.makeScorer().scores(for: ScoringContext(user: nil, history: history([3])))
        let known = scores.prefix(10)
        for score in scores.suffix(4) { #expect((known.min() ?? 0)...(known.max() ?? 0) ~= score) }
        updater.expire([ItemIndex(4)])
        #expect(best(updater.makeScorer(), after: [3]) != 4)
        let moments = updater.checkpoint().arrays["optimizer.second.items"]?.numbers(of: Float.self) ?? []
        #expect(moments[32..<40].allSatisfy { $0 == 0 } && moments[24..<32].contains { $0 > 0 })
    }

    @Test func distillationKeepsTheTeachersRanking() {
        func forgets(distillation: Float) -> Double {
            let updater = updater(items: 20)
            let old = lesson(0..<10)
            for _ in 0..<150 { updater.step(old, rate: 0.01) }
            updater.keepTeacher()
            var lesson = lesson(10..<20)
            lesson.replayed = old.new
            lesson.replayWeight = 0
            lesson.distillationWeight = distillation
            for _ in 0..<60 { updater.step(lesson, rate: 0.01) }
            return updater.step(old, rate: 0)
        }
        #expect(forgets(distillation: 1) < 0.7 * forgets(distillation: 0))
    }

    /// A teacher reads histories with items that came after it, and its ranking leaves them out.
    @Test func aTeacherMeetsItemsThatCameLater() {
        let updater = updater()
        updater.keepTeacher()
        updater.grow(toItems: 3_000)
        var lesson = lesson(0..<3_000)
        lesson.replayed = lesson.new
        lesson.distillationWeight = 1
        updater.step(lesson, rate: 0.01)
        let scores = updater.makeScorer().scores(for: ScoringContext(user: nil, history: history([2_999])))
        #expect(scores.allSatisfy { $0.isFinite })
    }

    @Test func resumesExactly() throws {
        let (whole, first) = (updater(), updater())
        for _ in 0..<4 {
            whole.step(lesson(0..<10), rate: 0.01)
            first.step(lesson(0..<10), rate: 0.01)
        }
        let second = updater(items: 3, seed: 1)
        try second.restore(first.checkpoint())
        for _ in 0..<3 {
            #expect(whole.step(lesson(0..<10), rate: 0.01) == second.step(lesson(0..<10), rate: 0.01))
        }
        #expect(whole.makeScorer().checkpoint() == second.makeScorer().checkpoint())
    }

    /// Also where items have joined the table that negatives are drawn from since all were counted.
    @Test func resumesExactlyAfterGrowth() throws {
        let whole = updater(items: 60)
        whole.step(lesson(0..<60), rate: 0.01)
        whole.grow(toItems: 63)
        whole.step(lesson(58..<63), rate: 0.01)
        #expect(whole.sampler.countedItems == 60 && whole.sampler.counts.count == 63)
        let second = updater(items: 3)
        try second.restore(whole.checkpoint())
        for updater in [whole, second] { updater.step(lesson(0..<63), rate: 0.01) }
        #expect(whole.checkpoint() == second.checkpoint())
    }

    /// The teacher goes with the state: what is learned after a restart keeps to the ranking that it kept to before.
    @Test func resumesWithItsTeacher() throws {
        let whole = updater()
        for _ in 0..<4 { whole.step(lesson(0..<10), rate: 0.01) }
        whole.keepTeacher()
        whole.grow(toItems: 14)
        whole.step(lesson(10..<14), rate: 0.01)
        let (second, without) = (updater(items: 3), updater(items: 3))
        try second.restore(whole.checkpoint())
        var old = whole.checkpoint()
        old.arrays = old.arrays.filter { !$0.key.hasPrefix("teacher") }
        try without.restore(old)
        #expect(second.hasTeacher && !without.hasTeacher)
        without.keepTeacher()
        var next = lesson(10..<14)
        next.replayed = lesson(0..<10).new
        next.distillationWeight = 1
        for updater in [whole, second, without] { updater.step(next, rate: 0.01) }
        #expect(second.checkpoint() == whole.checkpoint())
        #expect(without.makeScorer().checkpoint() != whole.makeScorer().checkpoint())
    }

    /// What a training's optimizer remembers goes to the first who trains the model further.
    @Test func takesOverTheMomentsOfTheTraining() throws {
        var configuration = configuration
        configuration.epochs = 1
        var model = SequenceTransformer(configuration: configuration)
        try model.fit(SyntheticData.groups(), session: TrainingSession(pool: pool))
        let scorer = model.makeScorer()
        func state(of updater: SequenceUpdater) throws -> (steps: Int64, moments: [Float]) {
            let checkpoint = updater.checkpoint()
            return (
                try checkpoint.numbers("optimizer.steps", of: Int64.self)[0],
                try checkpoint.numbers("optimizer.second.items", of: Float.self)
            )
        }
        let heir = try state(of: SequenceUpdater(scorer, seed: 1, pool: pool))
        #expect(heir.steps > 0 && heir.moments.contains { $0 > 0 })
        let later = try state(of: SequenceUpdater(scorer, seed: 1, pool: pool))
        #expect(later.steps == 0 && later.moments.allSatisfy { $0 == 0 })
    }

    /// Room for many items at once or for one after the other: there are as many rows as items.
    @Test func growthItemByItemIsGrowthAtOnce() {
        let (slow, quick) = (updater(), updater())
        for updater in [slow, quick] { updater.step(lesson(0..<10), rate: 0.01) }
        for count in 11...300 { slow.grow(toItems: count) }
        quick.grow(toItems: 300)
        #expect(slow.itemCount == quick.itemCount)
        let rows = quick.checkpoint().arrays["weights.items"]?.shape
        #expect(rows == [300, 8] && slow.checkpoint().arrays["weights.items"]?.shape == rows)
        let context = ScoringContext(user: nil, history: history([3, 4]))
        let scores = slow.makeScorer().scores(for: context)
        #expect(scores.prefix(10) == quick.makeScorer().scores(for: context).prefix(10))
    }

    @Test func goesOnFromAScorer() throws {
        let first = updater()
        for _ in 0..<4 { first.step(lesson(0..<10), rate: 0.01) }
        let second = try SequenceUpdater(first.makeScorer(), seed: 1, pool: pool)
        let context = ScoringContext(user: nil, history: history([3]))
        #expect(second.makeScorer().scores(for: context) == first.makeScorer().scores(for: context))
        var popularity = Popularity(configuration: .init())
        try popularity.fit(SyntheticData.groups(), session: TrainingSession(pool: pool))
        #expect(throws: FreshetError.self) { try SequenceUpdater(popularity.makeScorer(), seed: 1, pool: pool) }
    }

    /// An item that a snapshot does not know leaves no trace in what it scores.
    @Test func unknownItemsOfAHistoryAreLeftOut() {
        let scorer = updater().makeScorer()
        let known = scorer.scores(for: ScoringContext(user: nil, history: history([3, 5])))
        #expect(scorer.scores(for: ScoringContext(user: nil, history: history([3, 40, 5]))) == known)
        let nothing = scorer.scores(for: ScoringContext(user: nil, history: history([40])))
        #expect(nothing.allSatisfy { $0 == 0 })
    }
}
