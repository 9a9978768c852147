import FreshetCore
import FreshetModels

/// Decayed popularity and co-visitation as they would answer alone, each at its best so far.
///
/// Popularity has a variant for every half-life, with and without what the user had before; co-visitation, with the
/// best popularity behind what it does not know, one with and one without. A yardstick's answer is that of the variant
/// whose reciprocal ranks were the highest before the event, older ones counting less.
struct Yardsticks: Sendable, Equatable, Codable {
    private static let memory = 0.9995
    private static let depth = 20

    private var popularity = [Double](repeating: 0, count: 2 * CandidateFeature.popularityCount)
    private var coVisitation = [Double](repeating: 0, count: 2)

    /// The yardsticks' ranks of an item, and what they learn from them.
    ///
    /// - Parameters:
    ///   - item: the item that came.
    ///   - set: the candidates with their features, as collected before the event.
    /// - Returns: the ranks; `nil` below the first 20 or when the item was no candidate.
    mutating func ranks(of item: ItemIndex, among set: CandidateSet) -> (popularity: Int?, coVisitation: Int?) {
        let best = Self.best(popularity)
        let bestPair = Self.best(coVisitation)
        guard let target = set.index(of: item) else {
            Self.note([], in: &popularity)
            Self.note([], in: &coVisitation)
            return (nil, nil)
        }
        let popular = popularity.indices.map { variant in
            Self.rank(of: target, among: set, withOwn: variant % 2 == 0) {
                set.feature(Self.feature(variant / 2), at: $0)
            }
        }
        let behind = Self.feature(best / 2)
        let pairs = coVisitation.indices.map { variant in
            // Features are logarithms of a bounded size, so the first one decides wherever it differs.
            Self.rank(of: target, among: set, withOwn: variant == 0) {
                1_000 * set.feature(.coVisitation, at: $0) + set.feature(behind, at: $0)
            }
        }
        Self.note(popular, in: &popularity)
        Self.note(pairs, in: &coVisitation)
        return (popular[best], pairs[bestPair])
    }

    private static func feature(_ halfLife: Int) -> CandidateFeature {
        .popularity(PopularityHalfLife(rawValue: halfLife) ?? .hours)
    }

    private static func best(_ sums: [Double]) -> Int { sums.indices.max { sums[$0] < sums[$1] } ?? 0 }

    private static func note(_ ranks: [Int?], in sums: inout [Double]) {
        for index in sums.indices {
            let rank = index < ranks.count ? ranks[index] : nil
            sums[index] = memory * sums[index] + (rank.map { 1 / Double($0) } ?? 0)
        }
    }

    private static func rank(
        of target: Int,
        among set: CandidateSet,
        withOwn: Bool,
        by score: (Int) -> Float
    ) -> Int? {
        guard withOwn || set.feature(.own, at: target) == 0 else { return nil }
        let (wanted, item) = (score(target), set.item(at: target))
        var rank = 1
        for place in 0..<set.count {
            let other = score(place)
            guard other > wanted || (other == wanted && set.item(at: place) < item) else { continue }
            guard withOwn || set.feature(.own, at: place) == 0 else { continue }
            rank += 1
            if rank > depth { return nil }
        }
        return rank
    }
}
