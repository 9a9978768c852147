import FreshetCore
import FreshetData
import FreshetNN
import Testing

@testable import FreshetModels

/// Evidence as a third party would bring it: the parity of an item's number, and items of its own.
private struct Parity: CandidateEvidence {
    static let source = CandidateSources(named: "parity")
    var name = "parity"
    var proposed: [ItemIndex] = []

    var rows: [FeatureRow] { [FeatureRow(name, start: 0.5), FeatureRow(name + "Constant")] }
    var products: [FeatureProduct] { [FeatureProduct(name, "own"), FeatureProduct(name, name)] }

    func propose(for request: CandidateRequest, into set: CandidateSet) {
        for item in proposed { set.propose(item, from: Self.source) }
    }

    func write(_ request: CandidateRequest, from first: Int, into set: CandidateSet) {
        for place in 0..<set.count {
            set.write(first, at: place, to: Float(set.item(at: place).position % 2))
            set.write(first + 1, at: place, to: 3)
        }
    }
}

@Suite struct FeatureTableTests {
    private let now: Int64 = 1_700_500_000

    private func learned() -> StreamingModels {
        var models = StreamingModels()
        for event in StreamingModelsTests.stream(300) { models.learn(event) }
        return models
    }

    private func collected(_ ranker: CandidateRanker, _ items: [Int], _ models: StreamingModels) -> CandidateSet {
        let set = CandidateSet()
        let context = ScoringContext(user: nil, history: History(items: items.map { ItemIndex($0) }[...]))
        ranker.score(context, with: nil, into: set)
        ranker.collect(context, from: models, at: now, into: set)
        return set
    }

    /// A state of before evidence was there comes back, as at a rollback, and one with it to a trainer without.
    @Test func statesOfOtherTablesComeBack() throws {
        let set = collected(CandidateRanker(evidence: [Parity()]), [5, 7], learned())
        var read = FusionTrainer()
        read.learn(set.item(at: 0), among: set)
        for (trainer, weights) in [(read, FusionWeights()), (FusionTrainer(), read.weights)] {
            var anew = trainer.anew(from: weights)
            #expect(anew.weights.table.names.contains("parity"))
            anew.learn(set.item(at: 0), among: set)
            #expect(anew.eventCount == 1)
        }
    }

    @Test func evidenceAddsRowsProductsAndCandidates() throws {
        let ranker = CandidateRanker(evidence: [Parity(proposed: [ItemIndex(901)])])
        let names = ranker.table.names
        #expect(Array(names.prefix(FeatureTable.counts.names.count)) == FeatureTable.counts.names)
        #expect(Array(names.suffix(4)) == ["parity", "parityConstant", "parity own", "parity parity"])
        let set = collected(ranker, [5, 7], learned())
        let new = try #require(set.index(of: ItemIndex(901)))
        #expect(set.sources(at: new) == Parity.source && set.sources(at: new).names == ["parity"])
        let parity = try #require(names.firstIndex(of: "parity"))
        let five = try #require(set.index(of: ItemIndex(5)))
        #expect(set.value(of: parity, at: new) == 1 && set.value(of: parity + 1, at: new) == 3)
        #expect(set.value(of: parity + 2, at: five) == 1 && set.value(of: parity + 2, at: new) == 0)
        #expect(set.value(of: parity + 3, at: five) == 1)
    }

    /// What nobody fills changes nothing: the fused scores and what is learned from them stay as they are, bit for bit.
    @Test func silentEvidenceChangesNoFigure() throws {
        struct Silence: CandidateEvidence {
            var rows: [FeatureRow] { (0..<7).map { FeatureRow("silent\($0)", start: 1) } }
            var products: [FeatureProduct] { [FeatureProduct("silent0", "coVisitation")] }
            func propose(for request: CandidateRequest, into set: CandidateSet) {}
            func write(_ request: CandidateRequest, from first: Int, into set: CandidateSet) {}
        }
        let models = learned()
        var (plain, silent) = (FusionTrainer(), FusionTrainer())
        for round in 0..<40 {
            let items = (0..<4).map { (round * 7 + $0 * 3) % 50 }
            let sets = [CandidateRanker(), CandidateRanker(evidence: [Silence()])].map { collected($0, items, models) }
            let losses = [
                plain.learn(ItemIndex(items[2]), among: sets[0]), silent.learn(ItemIndex(items[2]), among: sets[1]),
            ]
            #expect(losses[0] != nil && losses[0] == losses[1])
            CandidateRanker.rank(sets[0], with: plain.weights)
            CandidateRanker.rank(sets[1], with: silent.weights)
            let isSame = (0..<sets[0].count).allSatisfy { sets[0].score(at: $0) == sets[1].score(at: $0) }
            #expect(isSame)
        }
    }

    /// A state from before a row was there goes on with it: the old terms keep their weights and what is known of them.
    @Test func aNewRowDoesNotBreakOlderStates() throws {
        let models = learned()
        var old = FusionTrainer()
        for round in 0..<30 {
            let items = (0..<4).map { (round * 7 + $0 * 3) % 50 }
            old.learn(ItemIndex(items[2]), among: collected(CandidateRanker(), items, models))
        }
        let ranker = CandidateRanker(evidence: [Parity()])
        var restored = try FusionTrainer(from: old.checkpoint())
        restored.fit(to: ranker.table)
        let segment = CandidateSegment.shortInSession
        for feature in CandidateFeature.allCases {
            #expect(restored.weights[feature, segment] == old.weights[feature, segment])
        }
        // And back, without the evidence: nothing was lost on the way.
        var back = try FusionTrainer(from: restored.checkpoint())
        back.fit(to: .counts)
        let isSame = back.checkpoint() == old.checkpoint()
        #expect(isSame)
    }

    /// Rows are known by name: evidence in another order keeps what it has learned.
    @Test func weightsAreKeptByName() throws {
        let models = learned()
        let (one, two) = (Parity(name: "one"), Parity(name: "two"))
        let (ranker, turned) = (CandidateRanker(evidence: [one, two]), CandidateRanker(evidence: [two, one]))
        var trainer = FusionTrainer(weights: FusionWeights(table: ranker.table))
        trainer.learn(ItemIndex(3), among: collected(ranker, [3, 5, 8], models))
        let restored = try FusionTrainer(from: trainer.checkpoint())
        let (set, other) = (collected(ranker, [3, 5, 8], models), collected(turned, [3, 5, 8], models))
        CandidateRanker.rank(set, with: trainer.weights)
        CandidateRanker.rank(other, with: restored.weights)
        for place in 0..<set.count {
            let twin = try #require(other.index(of: set.item(at: place)))
            #expect(abs(other.score(at: twin) - set.score(at: place)) < 1e-4)
        }
    }
}
