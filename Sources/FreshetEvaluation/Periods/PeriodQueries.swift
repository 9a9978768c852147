import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor

/// Every prefix of sessions, with the item that came next.
struct PeriodQueries {
    private(set) var contexts: [ScoringContext] = []
    private(set) var items: [ItemIndex] = []
    /// When it is asked: as soon as the newest event of the prefix has happened.
    private(set) var times: [Int64] = []

    /// Lists the prefixes; of more than `limit`, evenly spread ones.
    init(_ sessions: Histories, limit: Int = .max, maximumLength: Int) {
        for session in 0..<sessions.userCount {
            let range = sessions.offsets[session]..<sessions.offsets[session + 1]
            for next in range.dropFirst() {
                let start = max(range.lowerBound, next - maximumLength)
                contexts.append(ScoringContext(user: nil, history: sessions.history(in: start..<next)))
                items.append(sessions.items[next])
                times.append(sessions.times[next - 1].seconds)
            }
        }
        guard contexts.count > limit else { return }
        let kept = (0..<limit).map { $0 * contexts.count / limit }
        (contexts, items, times) = (kept.map { contexts[$0] }, kept.map { items[$0] }, kept.map { times[$0] })
    }

    /// How many there are.
    var count: Int { contexts.count }

    /// The rank of each query's item among all that the scorer knows.
    func ranks(of scorer: any Scorer, pool: ThreadPool) -> [Int] {
        NextItemRanks.ranks(of: scorer, contexts: contexts, items: items, pool: pool)
    }
}
