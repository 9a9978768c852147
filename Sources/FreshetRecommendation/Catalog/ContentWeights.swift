import Foundation

/// How much each term tells: rare ones more.
///
/// A term that `d` of `n` items have weighs `ln(1 + n / (1 + d))` (inverse document frequency, Spärck Jones, 1972, in a
/// form that stays positive). The counts move with every change of the catalogue; the weights are taken anew when it has
/// grown by a quarter, so a change costs the same on average however large the catalogue.
struct ContentWeights: Sendable {
    /// How many items there were.
    let itemCount: Int
    private let weights: [Float]

    static let none = ContentWeights(itemCount: 0, counts: [])

    init(itemCount: Int, counts: [Int32]) {
        self.itemCount = itemCount
        let n = Double(itemCount)
        weights = counts.map { Float(log(1 + n / Double(1 + $0))) }
    }

    /// Whether this number of items calls for new weights.
    func isOutdated(itemCount: Int) -> Bool { itemCount > self.itemCount + self.itemCount / 4 }

    /// The weight of a term; one that came since is rare.
    subscript(term: UInt32) -> Float {
        Int(term) < weights.count ? weights[Int(term)] : Float(log(1 + Double(itemCount) / 2))
    }
}
