import Foundation

/// The ranking metrics of one user at one cutoff `K`, from the ranks of the relevant items.
///
/// Relevance is binary. With `m` relevant items at ranks `r₁ < r₂ < …` (counted from 1):
///
/// - hit rate: 1 when `r₁ ≤ K`;
/// - recall: `|{j : rⱼ ≤ K}| / m`, precision: the same count over `K`, F1 their harmonic mean;
/// - NDCG: `Σ 1 / log₂(rⱼ + 1)` over `rⱼ ≤ K`, divided by the same sum of the ranks `1 … min(m, K)`
///   (Järvelin and Kekäläinen, 2002);
/// - reciprocal rank: `1 / r₁` when `r₁ ≤ K`;
/// - average precision: `Σ j / rⱼ` over `rⱼ ≤ K`, divided by `m`, as `trec_eval` does.
public struct RankingMetrics: Sendable, Equatable {
    /// Whether anything relevant is among the first `K`.
    public private(set) var hitRate = 0.0
    /// The share of the relevant items that are among the first `K`.
    public private(set) var recall = 0.0
    /// The share of the `K` places that hold relevant items.
    public private(set) var precision = 0.0
    /// The harmonic mean of precision and recall.
    public private(set) var f1 = 0.0
    /// Normalised discounted cumulative gain.
    public private(set) var ndcg = 0.0
    /// The reciprocal of the first relevant rank.
    public private(set) var reciprocalRank = 0.0
    /// Average precision.
    public private(set) var averagePrecision = 0.0

    /// Computes the metrics.
    ///
    /// - Parameters:
    ///   - ranks: the ranks of the relevant items that were ranked at all, ascending, from 1.
    ///   - relevantCount: how many relevant items there are, ranked or not.
    ///   - cutoff: `K`.
    public init(ranks: some Sequence<Int>, relevantCount: Int, cutoff: Int) {
        precondition(cutoff > 0, "a cutoff of \(cutoff)")
        var hits = 0.0
        for rank in ranks {
            guard rank <= cutoff else { break }
            precondition(rank > 0, "a rank of \(rank)")
            hits += 1
            if hits == 1 { reciprocalRank = 1 / Double(rank) }
            ndcg += Self.gain(at: rank)
            averagePrecision += hits / Double(rank)
        }
        guard hits > 0 else { return }
        precondition(Int(hits) <= relevantCount, "\(Int(hits)) ranks of \(relevantCount) relevant items")
        hitRate = 1
        recall = hits / Double(relevantCount)
        precision = hits / Double(cutoff)
        f1 = 2 * precision * recall / (precision + recall)
        ndcg /= (1...min(relevantCount, cutoff)).reduce(0) { $0 + Self.gain(at: $1) }
        averagePrecision /= Double(relevantCount)
    }

    /// What a relevant item at a rank adds to the discounted cumulative gain.
    static func gain(at rank: Int) -> Double { 1 / log2(Double(rank) + 1) }

    /// The area under the ROC curve: the share of pairs (relevant, other) that are in the right order.
    ///
    /// - Parameters:
    ///   - ranks: the ranks of the relevant items that were ranked, ascending, from 1. The others count as last.
    ///   - relevantCount: how many relevant items there are.
    ///   - candidateCount: how many items were ranked or should have been, the relevant ones included.
    /// - Returns: the area, or `nan` when there is nothing but relevant items.
    public static func areaUnderCurve(ranks: some Sequence<Int>, relevantCount: Int, candidateCount: Int) -> Double {
        let others = candidateCount - relevantCount
        guard others > 0, relevantCount > 0 else { return .nan }
        var right = 0
        for (place, rank) in ranks.enumerated() {
            right += max(0, others - (rank - 1 - place))
        }
        return Double(right) / (Double(relevantCount) * Double(others))
    }

    /// The metrics with their names, in the order of the tables.
    var named: [(Metric, Double)] {
        [
            (.hitRate, hitRate), (.recall, recall), (.precision, precision), (.f1, f1), (.ndcg, ndcg),
            (.mrr, reciprocalRank), (.map, averagePrecision),
        ]
    }
}
