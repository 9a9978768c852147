import Foundation

/// How far a list's mix of categories is from a user's own, and the list that is nearer: calibrated recommendations
/// (Steck, "Calibrated Recommendations", RecSys 2018).
///
/// With a user's shares `p` and a list's shares `q`, miscalibration is the Kullback-Leibler divergence
/// `C(p, q) = Σ p(g) · log(p(g) / q̃(g))` in nats, where `q̃ = (1 - α) · q + α · p` keeps it finite: 0 where the mixes are
/// the same, `log(1 / α)` where the list has nothing of what the user deals with.
public struct Calibration<Category: Hashable & Comparable & Sendable>: Sendable {
    /// `α`, as in the paper.
    public static var defaultSmoothing: Double { 0.01 }

    /// The user's categories.
    let categories: [Category]
    /// The share of each, above 0.
    let shares: [Double]
    /// `α`: the part of the user's own mix that is added to a list's.
    public let smoothing: Double

    /// Prepares to compare lists with a user's mix.
    ///
    /// - Parameters:
    ///   - mix: what the user deals with.
    ///   - smoothing: `α`, above 0 and below 1.
    public init(to mix: CategoryMix<Category>, smoothing: Double = Calibration.defaultSmoothing) {
        precondition(smoothing > 0 && smoothing < 1, "a smoothing of \(smoothing)")
        // In one order, so that sums are the same in every run.
        let parts = mix.weights.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map {
            ($0.key, $0.value / mix.total)
        }
        categories = parts.map(\.0)
        shares = parts.map(\.1)
        self.smoothing = smoothing
    }

    /// The miscalibration of a list, from 0 to `log(1 / α)`; 0 for a user of whose categories nothing is known.
    public func miscalibration(of list: CategoryMix<Category>) -> Double {
        categories.indices.reduce(0) { $0 + term($1, share: list.share(of: categories[$1])) }
    }

    /// What a category adds to the divergence when it has a share of the list.
    func term(_ category: Int, share: Double) -> Double {
        let wanted = shares[category]
        return wanted * log(wanted / ((1 - smoothing) * share + smoothing * wanted))
    }

    /// Chooses a list by relevance and calibration: each place goes to the candidate with the highest
    /// `(1 - λ) · Σ relevance - λ · C(p, q)` of the list so far with it.
    ///
    /// Greedy, which is within a factor of `1 - 1/e` of the best list (the objective is submodular). Of candidates
    /// with the same categories only the most relevant is looked at, and of those only the categories that it has are
    /// computed anew: a place costs the number of different combinations of categories, not that of candidates.
    ///
    /// - Parameters:
    ///   - relevance: of each candidate, in a range that `C` can be weighed against, such as 0 to 1.
    ///   - items: the categories of each candidate, each once.
    ///   - count: how many places there are.
    ///   - tradeOff: `λ`, from 0, the most relevant first, to 1, the mix alone.
    /// - Returns: the positions of the chosen, at most `count`; the earlier of two that are worth the same.
    public func order(relevance: [Double], items: [[Category]], count: Int, tradeOff: Double) -> [Int] {
        precondition(relevance.count == items.count, "\(relevance.count) relevances of \(items.count) candidates")
        var choice = CalibratedChoice(self, relevance: relevance, items: items)
        return (0..<min(count, items.count)).map { _ in choice.takeNext(tradeOff: tradeOff) }
    }
}
