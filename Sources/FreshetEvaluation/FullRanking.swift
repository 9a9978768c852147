import CFreshetKernels
import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor

/// Ranks the targets of many contexts among the catalogue, or a sample of it, blocks of contexts in parallel.
struct FullRanking {
    private static let scoresPerBlock = 1 << 22

    let scorer: any Scorer
    let excludingSeen: Bool
    let sampledNegatives: Int?
    /// How many of the best items to keep of every ranking.
    let depth: Int
    let seed: UInt64
    let pool: ThreadPool

    func rank(contexts: [ScoringContext], relevant: [[ItemIndex]]) -> RankedUsers {
        let V = scorer.itemCount
        let keepsLists = depth > 0 && sampledNegatives == nil
        let block = max(1, min(64, Self.scoresPerBlock / max(V, 1), contexts.count / pool.threads + 1))
        var ranks = relevant.map { [Int](repeating: RankedUsers.unranked, count: $0.count) }
        var candidateCounts = [Int](repeating: 0, count: contexts.count)
        var lists = [[ItemIndex]](repeating: [], count: keepsLists ? contexts.count : 0)
        ranks.withUnsafeMutableBufferPointer { ranks in
            candidateCounts.withUnsafeMutableBufferPointer { candidateCounts in
                lists.withUnsafeMutableBufferPointer { lists in
                    pool.forEachRange(contexts.count, grain: block) { range, _ in
                        withUnsafeTemporaryAllocation(of: Float.self, capacity: max(range.count * V, 1)) { buffer in
                            let scores = UnsafeMutableBufferPointer(rebasing: buffer[..<(range.count * V)])
                            scorer.score(contexts[range], into: scores)
                            for (place, row) in range.enumerated() {
                                let ranking = UserRanking(
                                    scores: UnsafeMutableBufferPointer(
                                        rebasing: scores[(place * V)..<((place + 1) * V)]
                                    ),
                                    targets: relevant[row]
                                )
                                let seen = contexts[row].history.items
                                if let sampledNegatives {
                                    var random = RandomSource.stream(seed: seed, 0x5A3D, UInt64(row))
                                    ranking.sample(sampledNegatives, notAmong: seen, using: &random)
                                } else if excludingSeen {
                                    ranking.exclude(seen)
                                }
                                ranks[row] = ranking.ranks()
                                candidateCounts[row] = ranking.candidateCount
                                if keepsLists { lists[row] = ranking.best(depth) }
                            }
                        }
                    }
                }
            }
        }
        return RankedUsers(
            users: contexts.enumerated().map { $1.user?.position ?? -1 - $0 },
            targets: relevant,
            ranks: ranks,
            candidateCounts: candidateCounts,
            lists: lists,
            historyLengths: contexts.map(\.history.count)
        )
    }
}

/// The scores of one context, in which an excluded item scores `-infinity`.
private struct UserRanking {
    let scores: UnsafeMutableBufferPointer<Float>
    let targets: [ItemIndex]

    /// Leaves items out.
    func exclude(_ items: some Sequence<ItemIndex>) {
        for item in items where item.position < scores.count { scores[item.position] = -.infinity }
    }

    /// Leaves all out but the targets, seen or not, and a uniform sample of the others that were not seen.
    func sample(_ count: Int, notAmong seen: some Sequence<ItemIndex>, using random: inout RandomSource) {
        let ranked = targets.filter { $0.position < scores.count }.map { ($0.position, scores[$0.position]) }
        exclude(seen)
        exclude(targets)
        var others = scores.indices.filter { scores[$0] > -.infinity }
        let kept = min(count, others.count)
        for place in 0..<kept { others.swapAt(place, place + random.below(others.count - place)) }
        for item in others[kept...] { scores[item] = -.infinity }
        for (item, score) in ranked { scores[item] = score }
    }

    /// How many items are ranked.
    var candidateCount: Int {
        let excludedTargets = targets.count { !isRanked($0) }
        return scores.count { $0 > -.infinity } + excludedTargets
    }

    /// The rank of every target: behind all others that do not score lower.
    func ranks() -> [Int] {
        let order = targets.indices.filter { isRanked(targets[$0]) }
            .sorted { scores[targets[$0].position] > scores[targets[$1].position] }
        var ranks = [Int](repeating: RankedUsers.unranked, count: targets.count)
        for (place, target) in order.enumerated() {
            let score = scores[targets[target].position]
            let targetsNotBelow = order.count { !(scores[targets[$0].position] < score) }
            ranks[target] = countNotBelow(score) - targetsNotBelow + place + 1
        }
        return ranks
    }

    /// The best items, best first.
    func best(_ count: Int) -> [ItemIndex] {
        guard let first = scores.baseAddress else { return [] }
        return withUnsafeTemporaryAllocation(of: Int32.self, capacity: count) { items in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { values in
                guard let items = items.baseAddress, let values = values.baseAddress else { return [] }
                let found = freshet_top_k(items, values, first, scores.count, min(count, scores.count))
                return (0..<found).map { ItemIndex(rawValue: items[$0]) }
            }
        }
    }

    /// Whether a target is among the ranked items, with a score that means something.
    private func isRanked(_ target: ItemIndex) -> Bool {
        target.position < scores.count && scores[target.position].isFinite
    }

    /// How many items do not score below; "not below" rather than "at least" counts a broken score against the model.
    private func countNotBelow(_ score: Float) -> Int {
        var below: Int32 = 0
        for index in 0..<scores.count { below &+= scores[index] < score ? 1 : 0 }
        return scores.count - Int(below)
    }
}
