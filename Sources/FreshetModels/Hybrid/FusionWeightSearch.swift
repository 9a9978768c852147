import CFreshetKernels
import FreshetCore
import FreshetData
import FreshetTensor

/// Chooses the weights of a hybrid: coordinate search for the best NDCG@10 on the validation events.
///
/// Every validation user is scored once by every part; what is kept is by how much each item is ahead of the held-out
/// one, so a candidate set of weights costs one pass over memory. At most 64 million numbers are kept (256 MB): with
/// longer catalogues fewer users vote, evenly drawn. The search starts from all parts alike or the best one alone,
/// whichever is better.
struct FusionWeightSearch {
    /// The weights that are tried for each part.
    private static let grid = [0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1, 1.25, 1.6, 2, 2.5, 3.2, 4, 6]
    private static let rounds = 3
    private static let maximumNumbers = 64 << 20

    private let scorer: HybridScorer
    private let pool: ThreadPool
    private let contexts: [ScoringContext]
    private let targets: [ItemIndex]

    init(_ scorer: HybridScorer, on data: TrainingData, pool: ThreadPool) {
        self.scorer = scorer
        self.pool = pool
        let most = max(1, Self.maximumNumbers / (scorer.itemCount * scorer.parts.count))
        // A held-out item that the user has had before is not recommended again: no weights can put it first.
        let open = data.validation.filter { !data.histories[$0.user].items.contains($0.item) }
        let step = max(1, (open.count + most - 1) / most)
        let chosen = stride(from: 0, to: open.count, by: step).map { open[$0] }
        contexts = chosen.map { ScoringContext(user: $0.user, history: data.histories[$0.user]) }
        targets = chosen.map(\.item)
    }

    /// The best weights; all 1 when there is nothing to choose them by.
    func best(_ report: @Sendable (TrainingProgress) -> Void) -> [Double] {
        let count = scorer.parts.count
        var weights = [Double](repeating: 1, count: count)
        guard !contexts.isEmpty, count > 1 else { return weights }
        let leads = (0..<count).map(leads(of:))
        defer { for lead in leads { lead.deallocate() } }
        var best = ndcg(weights, leads)
        func consider(_ candidate: [Double]) {
            let value = ndcg(candidate, leads)
            if value > best { (best, weights) = (value, candidate) }
        }
        for part in 0..<count { consider((0..<count).map { $0 == part ? 1 : 0 }) }
        for round in 0..<Self.rounds {
            for part in 0..<count {
                for weight in Self.grid {
                    var changed = weights
                    changed[part] = weight
                    consider(changed)
                }
                let completed = round * count + part + 1
                let total = Self.rounds * count
                report(TrainingProgress(phase: "fusion weights", completed: completed, total: total, validation: best))
            }
        }
        return weights
    }

    /// By how much each item is ahead of the held-out one, shape `[B, V]`; seen items are far behind.
    private func leads(of part: Int) -> UnsafeMutableBufferPointer<Float> {
        let V = scorer.itemCount
        let leads = UnsafeMutableBufferPointer<Float>.allocate(capacity: contexts.count * V)
        pool.forEachRange(contexts.count, grain: 32) { range, _ in
            let rows = UnsafeMutableBufferPointer(rebasing: leads[range.lowerBound * V..<range.upperBound * V])
            scorer.normalizedScores(of: part, contexts[range], into: rows)
            for (row, index) in range.enumerated() {
                let line = UnsafeMutableBufferPointer(rebasing: rows[row * V..<(row + 1) * V])
                let target = line[targets[index].position]
                for i in line.indices { line[i] -= target }
                for item in contexts[index].history.items { line[item.position] = -1e30 }
            }
        }
        return leads
    }

    private func ndcg(_ weights: [Double], _ leads: [UnsafeMutableBufferPointer<Float>]) -> Double {
        let V = scorer.itemCount
        let ranks = UnsafeMutableBufferPointer<Int>.allocate(capacity: contexts.count)
        let sums = (0..<pool.threads).map { _ in UnsafeMutableBufferPointer<Float>.allocate(capacity: V) }
        defer {
            ranks.deallocate()
            for sum in sums { sum.deallocate() }
        }
        pool.forEachRange(contexts.count, grain: 64) { range, worker in
            let sum = sums[worker].baseAddress!
            for index in range {
                sum.update(repeating: 0, count: V)
                for part in weights.indices where weights[part] != 0 {
                    freshet_axpy(sum, leads[part].baseAddress! + index * V, Float(weights[part]), V)
                }
                // The held-out item is at 0 itself and so counted: this is its rank, ties lost.
                ranks[index] = freshet_count_at_least(sum, 0, V)
            }
        }
        return LeaveOneOutValidation(ranks: Array(ranks)).ndcg
    }
}
