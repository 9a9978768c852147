import Foundation

/// How much attention a place gets: `1 / log₂(1 + rank)`, the discount of NDCG (Singh and Joachims, "Fairness of
/// Exposure in Rankings", KDD 2018).
public enum PositionExposure {
    /// The exposure of a rank, counted from 1: 1 at the first, falling.
    public static func at(rank: Int) -> Double {
        precondition(rank > 0, "a rank of \(rank)")
        return 1 / log2(1 + Double(rank))
    }

    /// The mean exposure of a group's items by their ranks; 0 of a group without items.
    public static func mean(ofRanks ranks: some Collection<Int>) -> Double {
        ranks.isEmpty ? 0 : ranks.reduce(0) { $0 + at(rank: $1) } / Double(ranks.count)
    }
}
