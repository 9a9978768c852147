import CFreshetKernels
import Foundation
import FreshetCore
import FreshetData
import FreshetTensor

/// NDCG@10 and hit rate@10 of a scorer on held-out next events: full catalogue, seen items excluded, ties lost.
///
/// What early stopping and fusion weights go by. The full set of measures is in `FreshetEvaluation`.
public struct LeaveOneOutValidation: Sendable, Equatable {
    /// The mean of `1 / log2(rank + 1)` over users whose item is among the first ten.
    public let ndcg: Double
    /// The share of users whose item is among the first ten.
    public let hitRate: Double

    /// Ranks every held-out item of the training data.
    public init(of scorer: any Scorer, on data: TrainingData, pool: ThreadPool, maximumUsers: Int = .max) {
        self.init(ranks: Self.ranks(of: data.validation.prefix(maximumUsers), by: scorer, on: data, pool: pool))
    }

    /// The ranks of some held-out items, counted from 1.
    static func ranks(
        of holdouts: ArraySlice<Holdout>,
        by scorer: any Scorer,
        on data: TrainingData,
        pool: ThreadPool
    ) -> [Int] {
        let contexts = holdouts.map { ScoringContext(user: $0.user, history: data.histories[$0.user]) }
        let block = 64
        let V = scorer.itemCount
        let blocks = (holdouts.count + block - 1) / block
        let ranks = UnsafeMutableBufferPointer<Int32>.allocate(capacity: max(holdouts.count, 1))
        let buffers = (0..<pool.threads).map { _ in UnsafeMutableBufferPointer<Float>.allocate(capacity: block * V) }
        defer {
            ranks.deallocate()
            for buffer in buffers { buffer.deallocate() }
        }
        pool.forEach(blocks) { index, worker in
            let range = index * block..<min((index + 1) * block, holdouts.count)
            let scores = UnsafeMutableBufferPointer(rebasing: buffers[worker][..<(range.count * V)])
            scorer.score(contexts[range], into: scores)
            for (row, i) in range.enumerated() {
                let line = UnsafeBufferPointer(rebasing: scores[row * V..<(row + 1) * V])
                ranks[i] = Int32(
                    rank(of: holdouts[holdouts.startIndex + i].item, in: line, seen: contexts[i].history)
                )
            }
        }
        return ranks[..<holdouts.count].map(Int.init)
    }

    /// The figures of given ranks, counted from 1.
    public init(ranks: [Int]) {
        let hits = ranks.filter { $0 <= 10 }
        let count = Double(max(ranks.count, 1))
        ndcg = hits.reduce(0) { $0 + 1 / log2(Double($1) + 1) } / count
        hitRate = Double(hits.count) / count
    }

    /// The rank of an item among all that the user has not seen: one more than those that score at least as high.
    ///
    /// An item that the user has seen is not recommended again, so it ranks behind everything, as does one whose score is not
    /// a number.
    public static func rank(of item: ItemIndex, in scores: UnsafeBufferPointer<Float>, seen: History) -> Int {
        let score = scores[item.position]
        guard !score.isNaN else { return scores.count + 1 }
        var rank = freshet_count_at_least(scores.baseAddress!, score, scores.count)
        var excluded = Set<ItemIndex>(minimumCapacity: seen.count)
        for other in seen.items where excluded.insert(other).inserted {
            guard other != item else { return scores.count + 1 }
            if scores[other.position] >= score { rank -= 1 }
        }
        return rank
    }
}
