import Foundation
import FreshetCore
import FreshetData
import FreshetNN
import Testing

@testable import FreshetModels

@Suite struct StreamingOpinionsTests {
    /// What a user says of an item.
    private typealias Said = (user: Int, item: Int, weight: Float)

    private func models(
        _ events: [Said],
        _ change: (inout StreamingOpinions.Configuration) -> Void = { _ in }
    ) -> StreamingModels {
        var configuration = StreamingModels.Configuration()
        change(&configuration.opinions)
        var models = StreamingModels(configuration: configuration)
        var histories = UserHistories(limit: 50)
        for (place, event) in events.enumerated() {
            let logged = LoggedEvent(
                offset: Int64(place + 1),
                user: UserIndex(event.user),
                item: ItemIndex(event.item),
                type: 0,
                time: Timestamp(seconds: 1_000 + Int64(place)),
                weight: event.weight
            )
            models.learn(logged, after: histories[logged.user])
            histories.insert(logged)
        }
        return models
    }

    /// What the items lose for a user with some dislikes.
    private func penalties(_ models: StreamingModels, disliked: [Int] = [], items: Range<Int> = 0..<6) -> [Float] {
        let company = SparseScores()
        let history = History(items: disliked.map { ItemIndex($0) }[...], weights: disliked.map { _ in -1 }[...])
        models.opinions.score(history, into: company)
        return items.map { models.opinions.penalty(of: ItemIndex($0), company: company[ItemIndex($0)]) }
    }

    @Test func whatManyDislikeLosesMost() {
        // Item 0 is liked by nine of ten, item 1 by half, item 2 by one of ten; of item 5 nothing is known.
        let models = models(
            (0..<30).flatMap { user -> [Said] in
                [9, 5, 1].enumerated().map { (user: user, item: $0.offset, weight: user % 10 < $0.element ? 1 : -1) }
            }
        )
        let losses = penalties(models)
        #expect(losses[0] < losses[5] && losses[5] < losses[2] && losses[0] < losses[1] && losses[1] < losses[2])
        // (3 + 20 / 2) / (30 + 20) are liked, of half overall.
        #expect(abs(losses[2] + 2 * logf(13.0 / 50.0)) < 1e-4)
    }

    @Test func theCompanyOfADislikeLosesMore() {
        let models = models(
            (0..<10).flatMap { user -> [Said] in
                [(user, 0, -1), (user, 1, -1), (user + 20, 2, -1), (user + 40, 3, 1)]
            }
        )
        let (all, one) = (penalties(models), penalties(models, disliked: [0]))
        #expect(one[1] > all[1] + 0.5 && one[2] == all[2] && one[3] == all[3])
        #expect(abs(one[1] - all[1] - 2 * 0.3) < 1e-4, "ten of ten pairs")
    }

    @Test func withoutDislikesNothingIsLost() {
        let models = models(
            (0..<20).map { user -> Said in (user, user % 3, 1) } + [(50, 1, 0), (51, 2, Float.nan)]
        )
        #expect(!models.opinions.isOpen)
        let set = CandidateSet()
        let context = ScoringContext(user: nil, history: History(items: []))
        CandidateRanker().rank(context, with: nil, from: models, at: 2_000, weights: FusionWeights(), into: set)
        #expect(set.penalties.count == 0 && set.count == 3)
    }

    @Test func thePenaltyIsTakenOffTheFusedScore() throws {
        let likings = (0..<20).map { user -> Said in (user, user % 3, 1) }
        let events = likings + (20..<30).map { user -> Said in (user, 1, -1) }
        func score(_ strength: Float) throws -> (rank: Int, score: Float) {
            let models = models(events) { $0.strength = strength }
            let set = CandidateSet()
            let context = ScoringContext(user: nil, history: History(items: []))
            CandidateRanker().rank(context, with: nil, from: models, at: 2_000, weights: FusionWeights(), into: set)
            let place = try #require(set.index(of: ItemIndex(1)))
            return (try #require(set.rank(of: ItemIndex(1))), set.score(at: place))
        }
        let (open, closed) = (try score(2), try score(0))
        #expect(open.rank == 3 && closed.rank < 3)
        let loss = penalties(models(events))[1]
        #expect(abs(closed.score - open.score - loss) < 1e-4)
    }

    @Test func survivesACheckpoint() throws {
        let models = models(
            (0..<30).flatMap { user -> [Said] in
                [(user, user % 4, -1), (user, (user + 1) % 4, -1), (user, 5, 1)]
            }
        )
        let restored = try StreamingModels(from: models.checkpoint())
        #expect(penalties(restored, disliked: [0, 2]) == penalties(models, disliked: [0, 2]))
        // One of before there were meanings.
        var older = models.checkpoint()
        for name in older.arrays.keys where name.hasPrefix("opinions.") { older.arrays[name] = nil }
        #expect(try !StreamingModels(from: older).opinions.isOpen)
        var damaged = models.checkpoint()
        damaged.arrays["opinions.followers"] = StoredArray([Int32](repeating: 99, count: 24))
        #expect(throws: FreshetError.self) { try StreamingModels(from: damaged) }
    }
}
