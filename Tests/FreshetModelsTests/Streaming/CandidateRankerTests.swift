import FreshetCore
import FreshetData
import FreshetNN
import Testing

@testable import FreshetModels

/// The score of an item is its number.
struct NumberScorer: Scorer {
    let itemCount: Int

    func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {
        precondition(contexts.allSatisfy { $0.history.items.allSatisfy { $0.position < itemCount } }, "unknown item")
        for index in scores.indices { scores[index] = Float(index % itemCount) }
    }

    func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {}
    func checkpoint() -> Checkpoint { Checkpoint() }
}

/// The score of an item is its distance behind the newest one, around the catalogue.
private struct DistanceScorer: Scorer {
    let itemCount: Int

    func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {
        for (row, context) in contexts.enumerated() {
            let newest = context.history.items.last?.position ?? 0
            for item in 0..<itemCount {
                scores[row * itemCount + item] = Float((item + itemCount - newest) % itemCount)
            }
        }
    }

    func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {}
    func checkpoint() -> Checkpoint { Checkpoint() }
}

@Suite struct CandidateRankerTests {
    private let now: Int64 = 1_700_500_000

    private func context(_ items: [Int], times: [Int64] = []) -> ScoringContext {
        ScoringContext(
            user: nil,
            history: History(items: items.map { ItemIndex($0) }[...], times: times.map(Timestamp.init(seconds:))[...])
        )
    }

    private func learned(_ count: Int = 500) -> StreamingModels {
        var models = StreamingModels()
        for event in StreamingModelsTests.stream(count) { models.learn(event) }
        return models
    }

    @Test func takesTheUnionOfItsSources() throws {
        var configuration = CandidateRanker.Configuration()
        configuration.transformer = 3
        configuration.coVisitation = 4
        configuration.popularity = 2
        let ranker = CandidateRanker(configuration: configuration)
        let set = CandidateSet()
        ranker.score(context([5, 7]), with: NumberScorer(itemCount: 40), into: set)
        ranker.collect(context([5, 7]), from: learned(), at: now, into: set)
        var bySource: [CandidateSources: Int] = [:]
        for index in 0..<set.count {
            for source in [.transformer, .coVisitation, .popularity, .own] as [CandidateSources]
            where set.sources(at: index).contains(source) { bySource[source, default: 0] += 1 }
        }
        #expect(bySource[.transformer] == 3)
        #expect(bySource[.coVisitation] == 4)
        #expect(try #require(bySource[.popularity]) >= 2)
        #expect(bySource[.own] == 2)
        #expect(Set((0..<set.count).map { set.item(at: $0) }).count == set.count)
        #expect(set.index(of: ItemIndex(39)) != nil)
        #expect(set.segment == .shortInSessionWithTransformer)
    }

    @Test func scoresSeveralRequestsAsItScoresEach() {
        let (ranker, scorer, set) = (CandidateRanker(), DistanceScorer(itemCount: 40), CandidateSet())
        let contexts = [context([5, 7]), context([50]), context([9]), context([39, 0])]
        ranker.score(contexts, with: scorer, into: set)
        for index in [0, 3, 1, 2] {
            let alone = CandidateSet()
            ranker.score(contexts[index], with: scorer, into: alone)
            ranker.turn(to: index, in: set)
            #expect(set.hasTransformer == (index != 1))
            #expect(Array(set.topItems) == Array(alone.topItems))
            #expect(Array(set.topScores) == Array(alone.topScores))
            #expect(set.transformerScore(of: ItemIndex(3)) == alone.transformerScore(of: ItemIndex(3)))
        }
        ranker.turn(to: 0, in: set)
        #expect(set.topItems[0] == 6)
    }

    /// What is as long as the catalogue is there once: sixteen requests take sixteen rows of scores more than one.
    @Test func requestsThatAreScoredTogetherShareTheScratch() {
        let (ranker, scorer) = (CandidateRanker(), DistanceScorer(itemCount: 50_000))
        func size(of requests: Int) -> Int {
            let set = CandidateSet()
            ranker.score((0..<requests).map { context([$0]) }, with: scorer, into: set)
            for index in 0..<requests {
                ranker.turn(to: index, in: set)
                ranker.collect(context([index]), from: StreamingModels(), at: now, into: set)
            }
            return set.memorySize
        }
        #expect(size(of: 16) - size(of: 1) == 15 * 50_000 * MemoryLayout<Float>.stride)
    }

    @Test func writesFeaturesOfTheUsersOwnItems() throws {
        let set = CandidateSet()
        let day: Int64 = 86_400
        let context = context([3, 4, 3, 9], times: [now - 9 * day, now - 8 * day, now - day, now - 60])
        CandidateRanker().collect(context, from: StreamingModels(), at: now, into: set)
        let three = try #require(set.index(of: ItemIndex(3)))
        #expect(set.feature(.own, at: three) == 1)
        #expect(set.feature(.ownInSession, at: three) == 0)
        #expect(abs(set.feature(.ownCount, at: three) - 0.6931472) < 1e-6)
        #expect(abs(set.feature(.ownAgeInEvents, at: three) - 0.6931472) < 1e-6)
        #expect(abs(set.feature(.ownAgeInDays, at: three) - 0.6931472) < 1e-6)
        let nine = try #require(set.index(of: ItemIndex(9)))
        #expect(set.feature(.ownNewest, at: nine) == 1)
        #expect(set.feature(.ownInSession, at: nine) == 1)
        #expect(set.count == 3)
    }

    /// Events of the session that asks are of it however old; those of another are not, however young; without names the
    /// gap decides.
    @Test func sessionsOfANameAreNotPartedByTime() throws {
        let (set, one, other) = (CandidateSet(), SessionTag(of: "one"), SessionTag(of: "other"))
        func isInSession(_ named: SessionTag, _ asking: SessionTag, age: Int64) throws -> Bool {
            var history = History(items: [ItemIndex(3)], times: [Timestamp(seconds: now - age)])
            if named != .none { history.sessions = [named] }
            let context = ScoringContext(user: nil, history: history, session: asking)
            CandidateRanker().collect(context, from: StreamingModels(), at: now, into: set)
            let place = try #require(set.index(of: ItemIndex(3)))
            let flag = set.feature(.ownInSession, at: place) == 1
            #expect(flag == (set.segment == .shortInSession))
            return flag
        }
        for (named, asking, old, young) in [
            (one, one, true, true), (one, other, false, false), (.none, one, false, true), (one, .none, false, true),
            (SessionTag.none, SessionTag.none, false, true),
        ] {
            #expect(try isInSession(named, asking, age: 90_000) == old)
            #expect(try isInSession(named, asking, age: 60) == young)
        }
    }

    @Test func tellsSituationsApart() {
        let set = CandidateSet()
        func segment(_ count: Int, idle: Int64, _ scorer: NumberScorer? = nil) -> CandidateSegment {
            let items = Array(repeating: 1, count: count)
            let context = context(items, times: Array(repeating: now - idle, count: count))
            CandidateRanker().score(context, with: scorer, into: set)
            CandidateRanker().collect(context, from: StreamingModels(), at: now, into: set)
            return set.segment
        }
        #expect(segment(0, idle: 0) == .noHistory)
        #expect(segment(5, idle: 3599) == .shortInSession)
        #expect(segment(6, idle: 3600) == .longReturning)
        #expect(segment(5, idle: 3600, NumberScorer(itemCount: 3)) == .shortReturningWithTransformer)
        #expect(segment(6, idle: -9, NumberScorer(itemCount: 3)) == .longInSessionWithTransformer)
    }

    @Test func bringsInItemsThatTheTransformerDoesNotKnow() throws {
        let set = CandidateSet()
        CandidateRanker().rank(
            context([5, 30]),
            with: NumberScorer(itemCount: 10),
            from: learned(),
            at: now,
            weights: FusionWeights(),
            into: set
        )
        let unknown = (0..<set.count).filter { set.item(at: $0).position >= 10 }
        #expect(!unknown.isEmpty)
        #expect(unknown.allSatisfy { set.feature(.unknownToTransformer, at: $0) == 1 })
        #expect((0..<set.count).allSatisfy { set.score(at: $0).isFinite })
    }

    @Test func answersEveryStateOfKnowledge() {
        let set = CandidateSet()
        let ranker = CandidateRanker()
        let empty = StreamingModels()
        ranker.rank(context([]), with: nil, from: empty, at: now, weights: FusionWeights(), into: set)
        #expect(CandidateRanker.best(5, of: set).isEmpty)
        ranker.rank(context([]), with: nil, from: learned(), at: now, weights: FusionWeights(), into: set)
        #expect(CandidateRanker.best(5, of: set).count == 5)
        #expect(set.segment == .noHistory)
        ranker.rank(
            context([99]),
            with: NumberScorer(itemCount: 3),
            from: learned(),
            at: now,
            weights: FusionWeights(),
            into: set
        )
        #expect(set.segment == .shortInSession)
        ranker.rank(
            context([1]),
            with: NumberScorer(itemCount: 3),
            from: empty,
            at: now,
            weights: FusionWeights(),
            into: set
        )
        #expect(set.count == 3)
    }

    @Test func ranksAsItListsAndReusesItsMemory() {
        let set = CandidateSet()
        let ranker = CandidateRanker()
        let models = learned()
        ranker.rank(context([1, 2, 3, 4, 5, 6]), with: nil, from: models, at: now, weights: FusionWeights(), into: set)
        let first = CandidateRanker.best(10, of: set)
        for (place, scored) in first.enumerated() {
            let index = set.index(of: scored.item)!
            #expect(set.score(at: index) == scored.score)
            // Ties are told apart by item in one and by discovery in the other.
            let equals = first.count { $0.score == scored.score }
            let shift = abs(set.rank(of: scored.item)! - (place + 1))
            #expect(shift < equals)
        }
        #expect(set.rank(of: ItemIndex(49_999)) == nil)
        ranker.rank(
            context([7]),
            with: NumberScorer(itemCount: 50),
            from: models,
            at: now,
            weights: FusionWeights(),
            into: set
        )
        ranker.rank(context([1, 2, 3, 4, 5, 6]), with: nil, from: models, at: now, weights: FusionWeights(), into: set)
        #expect(CandidateRanker.best(10, of: set) == first)
    }
}
