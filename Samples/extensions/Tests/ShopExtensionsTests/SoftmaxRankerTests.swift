import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN
import ShopExtensions
import Testing

/// The ranker by itself: what comes moves up, and a state goes on.
@Suite struct SoftmaxRankerTests {
    /// The candidates of a user who has chosen nothing yet, item 3 on offer.
    private func candidates() -> CandidateSet {
        let offers = Offers()
        offers.set([ItemIndex(3)])
        var models = StreamingModels()
        for item in 0..<6 {
            let event = LoggedEvent(
                offset: Int64(item + 1),
                user: UserIndex(item),
                item: ItemIndex(item),
                type: 0,
                time: Timestamp(seconds: 1_000)
            )
            models.learn(event, after: History(items: []))
        }
        let set = CandidateSet()
        let ranker = CandidateRanker(evidence: [offers])
        ranker.collect(ScoringContext(user: nil, history: History(items: [])), from: models, at: 2_000, into: set)
        return set
    }

    @Test func whatComesMovesUp() throws {
        let set = candidates()
        var learner = SoftmaxRankerLearner(from: nil, settings: RankerSettings())
        let losses = (0..<20).map { _ in learner.learn(ItemIndex(3), among: set) }
        #expect(learner.eventCount == 20)
        #expect(learner.ranker["onOffer"] > 0.1)
        #expect(try #require(losses[19]) < #require(losses[0]))
        learner.ranker.rank(set)
        #expect(set.rank(of: ItemIndex(3)) == 1)
        #expect(learner.learn(ItemIndex(99), among: set) == nil)
    }

    @Test func stateComesBackAndGoesOn() throws {
        let set = candidates()
        var whole = SoftmaxRankerLearner(from: nil, settings: RankerSettings())
        for _ in 0..<5 { whole.learn(ItemIndex(3), among: set) }
        var restored = try SoftmaxRankerLearner(restoring: whole.checkpoint(), settings: RankerSettings())
        for _ in 0..<5 {
            whole.learn(ItemIndex(3), among: set)
            restored.learn(ItemIndex(3), among: set)
        }
        #expect(restored.checkpoint() == whole.checkpoint())
        var damaged = whole.checkpoint()
        damaged.arrays["squares"] = nil
        #expect(throws: FreshetError.self) {
            try SoftmaxRankerLearner(restoring: damaged, settings: RankerSettings())
        }
    }
}
