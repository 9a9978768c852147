import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor
import Synchronization

/// What serves a request, period by period: candidates of the model and of the streaming models in one order.
///
/// The streaming models count a period once it is learned, as the model does. What ranks learns each period as it was before
/// that: from the ranking that a request of it was given.
struct PeriodRanking {
    private let ranker = CandidateRanker()
    private var streaming = StreamingModels()
    private var ranking = RankerRegistry.usual.makeLearner()
    private var offset: Int64 = 0
    private let sets = IdlePool<CandidateSet>()

    /// Requests that the model scores together.
    private static let batch = 32

    /// Learns how to rank from sessions that neither the model nor the streaming models know.
    mutating func learnOrder(_ queries: PeriodQueries, scorer: (any Scorer)?) {
        var learner = ranking
        for start in stride(from: 0, to: queries.count, by: Self.batch) {
            let range = start..<min(start + Self.batch, queries.count)
            withCandidates(of: queries, in: range, scorer: scorer) { item, set in learner.learn(item, among: set) }
        }
        ranking = learner
    }

    /// Counts the events of sessions of a period.
    mutating func count(_ sessions: Histories) {
        for session in 0..<sessions.userCount {
            let range = sessions.offsets[session]..<sessions.offsets[session + 1]
            for place in range {
                offset += 1
                let event = LoggedEvent(
                    offset: offset,
                    user: UserIndex(session),
                    item: sessions.items[place],
                    type: 0,
                    time: sessions.times[place]
                )
                streaming.learn(event, after: sessions.history(in: range.lowerBound..<place))
            }
        }
    }

    /// The rank of each query's item; `Int.max` for one that was no candidate.
    func ranks(of queries: PeriodQueries, scorer: (any Scorer)?, pool: ThreadPool) -> [Int] {
        let order = ranking.ranker
        var ranks = [Int](repeating: .max, count: queries.count)
        ranks.withUnsafeMutableBufferPointer { ranks in
            let target = ranks.baseAddress!
            pool.forEachRange(queries.count, grain: Self.batch) { range, _ in
                var place = range.lowerBound
                withCandidates(of: queries, in: range, scorer: scorer) { item, set in
                    order.rank(set)
                    target[place] = set.rank(of: item) ?? .max
                    place += 1
                }
            }
        }
        return ranks
    }

    private func withCandidates(
        of queries: PeriodQueries,
        in range: Range<Int>,
        scorer: (any Scorer)?,
        _ body: (ItemIndex, CandidateSet) -> Void
    ) {
        for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.batch) {
            let range = start..<min(start + Self.batch, range.upperBound)
            sets.withSet { set in
                let contexts = Array(queries.contexts[range])
                ranker.score(contexts, with: scorer, into: set)
                for (index, place) in range.enumerated() {
                    ranker.turn(to: index, in: set)
                    ranker.collect(contexts[index], from: streaming, at: queries.times[place], into: set)
                    body(queries.items[place], set)
                }
            }
        }
    }
}
