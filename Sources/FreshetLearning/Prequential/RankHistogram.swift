import Foundation

/// How often each rank came up, from which every ranking metric at every cutoff follows exactly.
///
/// Counts instead of running sums: adding and removing outcomes for weeks leaves no rounding error behind. With one
/// relevant item an event, at rank `r` counted from 1, and `N` events:
///
/// - recall@K (the hit rate): `Σ_{r ≤ K} count(r) / N`;
/// - MRR@K: `Σ_{r ≤ K} count(r) / r / N`;
/// - NDCG@K: `Σ_{r ≤ K} count(r) / log₂(r + 1) / N`.
public struct RankHistogram: Sendable, Equatable, Codable {
    private var counts: [Int]

    /// Creates an empty histogram of the ranks `1 ... depth`; anything below is a miss.
    public init(depth: Int) {
        precondition((1...250).contains(depth), "a depth of \(depth)")
        counts = [Int](repeating: 0, count: depth + 1)
    }

    /// The lowest place that still counts.
    public var depth: Int { counts.count - 1 }

    /// How many outcomes there are.
    public private(set) var count = 0

    /// The place of a rank in the histogram: 0 for a miss.
    func code(of rank: Int?) -> UInt8 {
        guard let rank, rank <= depth else { return 0 }
        precondition(rank >= 1, "rank \(rank)")
        return UInt8(rank)
    }

    mutating func add(code: UInt8) {
        counts[Int(code)] += 1
        count += 1
    }

    mutating func remove(code: UInt8) {
        counts[Int(code)] -= 1
        count -= 1
    }

    /// Counts a rank; `nil` is a miss.
    public mutating func add(_ rank: Int?) { add(code: code(of: rank)) }

    /// The share of outcomes among the first `cutoff` places; 0 without outcomes.
    public func recall(at cutoff: Int) -> Double { mean(cutoff) { _ in 1 } }
    /// The mean of `1 / rank` among the first `cutoff` places.
    public func reciprocalRank(at cutoff: Int) -> Double { mean(cutoff) { 1 / Double($0) } }
    /// The mean of `1 / log₂(rank + 1)` among the first `cutoff` places.
    public func ndcg(at cutoff: Int) -> Double { mean(cutoff) { 1 / log2(Double($0 + 1)) } }

    /// All metrics at some cutoffs, such as `recall@10`, with `count` beside them.
    public func figures(at cutoffs: [Int]) -> [String: Double] {
        var figures = ["count": Double(count)]
        for cutoff in cutoffs {
            figures["recall@\(cutoff)"] = recall(at: cutoff)
            figures["mrr@\(cutoff)"] = reciprocalRank(at: cutoff)
            figures["ndcg@\(cutoff)"] = ndcg(at: cutoff)
        }
        return figures
    }

    private func mean(_ cutoff: Int, _ gain: (Int) -> Double) -> Double {
        guard count > 0 else { return 0 }
        return (1...min(cutoff, depth)).reduce(0) { $0 + Double(counts[$1]) * gain($1) } / Double(count)
    }
}
