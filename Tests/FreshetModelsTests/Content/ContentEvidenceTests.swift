import FreshetCore
import FreshetData
import FreshetTensor
import Testing

@testable import FreshetModels

@Suite struct ContentEvidenceTests {
    private let now: Int64 = 1_700_500_000

    /// Items of two kinds, told apart by their vectors: even ones and odd ones, the last ten of a hundred without an event.
    private func view() -> ContentView {
        var random = RandomSource(seed: 5)
        let numbers = (0..<100).flatMap { item -> [Float] in
            let vector = (0..<8).map { Float($0 == item % 2 ? 1 : 0) + 0.1 * random.normal() }
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return vector.map { $0 / length }
        }
        return ContentView(
            ItemVectors(encoder: "made", width: 8)
                .replacing((0..<100).map { ItemIndex($0) }, with: numbers, on: ThreadPool(threads: 1))
        )
    }

    /// Users each of whom stays with one kind, at random otherwise.
    private func events(_ count: Int) -> [StreamEvent] {
        var random = RandomSource(seed: 6)
        var histories = UserHistories(limit: 50)
        return (0..<count).map { index in
            let user = random.below(20)
            let event = LoggedEvent(
                offset: Int64(index + 1),
                user: UserIndex(user),
                item: ItemIndex(2 * random.below(45) + user % 2),
                type: 0,
                time: Timestamp(seconds: 1_700_000_000 + Int64(index * 60))
            )
            defer { histories.insert(event) }
            return StreamEvent(event: event, history: histories[event.user], isNewItem: false)
        }
    }

    private func collected(
        _ ranker: CandidateRanker,
        _ items: [Int],
        _ models: StreamingModels,
        profile: TextVector = .none
    )
        -> CandidateSet
    {
        let set = CandidateSet()
        let context = ScoringContext(user: nil, history: History(items: items.map { ItemIndex($0) }[...]))
        ranker.score(context, with: nil, into: set)
        ranker.collect(context, from: models, at: now, profile: profile, into: set)
        return set
    }

    /// An item without a single event is proposed by its likeness, and stands above those of the other kind.
    @Test func proposesAnItemWithoutEvents() throws {
        let view = view()
        let ranker = CandidateRanker(evidence: [ContentEvidence(of: view)])
        let set = collected(ranker, [4, 6], StreamingModels())
        let unseen = (0..<set.count).filter { set.sources(at: $0).contains(.nearContent) }
        #expect(unseen.count >= 20)
        #expect(unseen.allSatisfy { set.item(at: $0).position % 2 == 0 })
        let term = try #require(ranker.table.names.firstIndex(of: "contentNewest"))
        let four = try #require(set.index(of: ItemIndex(4)))
        #expect(abs(set.value(of: term, at: four) - view.current.likeness(ItemIndex(4), ItemIndex(6))) < 1e-5)
        let flag = try #require(ranker.table.names.firstIndex(of: "unseen"))
        #expect(set.value(of: flag, at: four) == 1)
    }

    /// The first weights of all rank a list by likeness, before anything was learned.
    @Test func ranksByWordsBeforeAnythingWasLearned() throws {
        let ranker = CandidateRanker(evidence: [ContentEvidence(of: view())])
        let set = CandidateSet()
        let context = ScoringContext(user: nil, history: History(items: [ItemIndex(4)]))
        let asked = (90..<100).map { ProposedItem(item: ItemIndex($0), source: .own) }
        ranker.score(context, with: nil, into: set)
        ranker.collect(context, from: StreamingModels(), at: now, adding: asked, into: set)
        CandidateRanker.rank(set, with: FusionWeights(table: ranker.table))
        let best = CandidateRanker.best(set.count, of: set).filter { $0.item.position >= 90 }
        #expect(best.prefix(5).allSatisfy { $0.item.position % 2 == 0 })
    }

    /// What a newcomer says of themselves stands for the events that are not there yet.
    @Test func aProfileStandsForAHistory() throws {
        let view = view()
        let ranker = CandidateRanker(evidence: [ContentEvidence(of: view)])
        var models = StreamingModels()
        for event in events(400) { models.learn(event) }
        let set = collected(
            ranker,
            [],
            models,
            profile: TextVector(encoder: "made", numbers: view.current.vector(of: ItemIndex(1)))
        )
        CandidateRanker.rank(set, with: FusionWeights(table: ranker.table))
        #expect(CandidateRanker.best(10, of: set).allSatisfy { $0.item.position % 2 == 1 })
    }

    /// What somebody looked for brings candidates, and counts for less as time passes.
    @Test func aSearchStandsForAHistory() throws {
        let view = view()
        let ranker = CandidateRanker(evidence: [ContentEvidence(of: view)])
        var models = StreamingModels()
        for event in events(400) { models.learn(event) }
        let set = CandidateSet()
        let context = ScoringContext(user: nil, history: History(items: []))
        let text = TextVector(encoder: "made", numbers: view.current.vector(of: ItemIndex(1)))
        let search = RecentSearch(vector: text, strength: 0.5, nearest: [ItemIndex(91), ItemIndex(93)])
        ranker.score(context, with: nil, into: set)
        ranker.collect(context, from: models, at: now, searched: search, into: set)
        let found = try #require(set.index(of: ItemIndex(93)))
        #expect(set.sources(at: found).contains(.searched))
        let term = try #require(ranker.table.names.firstIndex(of: "searched"))
        let likeness = view.current.likeness(ItemIndex(1), ItemIndex(93))
        #expect(abs(set.value(of: term, at: found) - 0.5 * likeness) < 1e-5)
        CandidateRanker.rank(set, with: FusionWeights(table: ranker.table))
        #expect(CandidateRanker.best(10, of: set).allSatisfy { $0.item.position % 2 == 1 })
    }

    /// Ten kinds of 25 items each, most of them with an event or two: counts come too late, texts do not.
    private func rareItems(permuted: Bool) -> ContentView {
        var random = RandomSource(seed: 5)
        let items = permuted ? (0..<250).shuffled(using: &random) : Array(0..<250)
        let numbers = (0..<250).flatMap { item -> [Float] in
            let vector = (0..<12).map { Float($0 == item % 10 ? 1 : 0) + 0.1 * random.normal() }
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return vector.map { $0 / length }
        }
        let empty = ItemVectors(encoder: "made", width: 12)
        return ContentView(empty.replacing(items.map { ItemIndex($0) }, with: numbers, on: ThreadPool(threads: 1)))
    }

    /// How many events of users who each stay with a kind are among the first ten beforehand.
    private func hits(_ evidence: [any CandidateEvidence]) -> Int {
        let ranker = CandidateRanker(evidence: evidence)
        var (models, trainer, hits) = (StreamingModels(), FusionTrainer(), 0)
        var random = RandomSource(seed: 6)
        var histories = UserHistories(limit: 50)
        let set = CandidateSet()
        for place in 0..<160 {
            let user = random.below(20)
            let event = LoggedEvent(
                offset: Int64(place + 1),
                user: UserIndex(user),
                item: ItemIndex(10 * random.below(25) + user % 10),
                type: 0,
                time: Timestamp(seconds: 1_700_000_000 + Int64(place * 60))
            )
            let context = ScoringContext(user: nil, history: histories[event.user])
            ranker.score(context, with: nil, into: set)
            ranker.collect(context, from: models, at: event.time.seconds, into: set)
            CandidateRanker.rank(set, with: trainer.weights)
            if place >= 40, let rank = set.rank(of: event.item), rank <= 10 { hits += 1 }
            trainer.learn(event.item, among: set)
            models.learn(event, after: context.history)
            histories.insert(event)
        }
        return hits
    }

    /// Texts raise the figures of a stream that follows them; the same vectors dealt to other items do not.
    @Test func textsHelpAndPermutedOnesDoNot() {
        let without = hits([])
        let with = hits([ContentEvidence(of: rareItems(permuted: false))])
        let permuted = hits([ContentEvidence(of: rareItems(permuted: true))])
        #expect(Double(with) > 1.2 * Double(without))
        #expect(2 * permuted < with + without)
    }

    /// An item of which counts know little is seen through the items like it.
    @Test func coVisitsOfSimilarItemsStandInForMissingOnes() throws {
        var models = StreamingModels()
        for event in events(600) { models.learn(event) }
        let ranker = CandidateRanker(evidence: [ContentEvidence(of: view())])
        let (set, row) = (CandidateSet(), try #require(ranker.table.names.firstIndex(of: "followedLikes")))
        let context = ScoringContext(user: nil, history: History(items: [ItemIndex(4)]))
        let asked = [92, 93].map { ProposedItem(item: ItemIndex($0), source: .own) }
        ranker.score(context, with: nil, into: set)
        ranker.collect(context, from: models, at: now, adding: asked, into: set)
        let (like, unlike) = (try #require(set.index(of: asked[0].item)), try #require(set.index(of: asked[1].item)))
        #expect(set.feature(.notCoVisited, at: like) == 1)
        #expect(set.value(of: row, at: like) > CandidateFeature.leastCoVisitation)
        #expect(set.value(of: row, at: like) > set.value(of: row, at: unlike))
    }
}
