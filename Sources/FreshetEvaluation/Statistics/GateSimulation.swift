import FreshetTensor

/// Streams of two models' reciprocal ranks of which the truth is known: what the gates are measured on.
///
/// Both models put an event's item among the first 20 with chance `hitRate`, at rank `r` with a chance in proportion to
/// `1 / r`. With chance `agreement` the second model gives the same rank as the first, else one of its own: so far they
/// are equally good, and their reciprocal ranks correlate by just `agreement`. A second model that is worse by a share
/// `e` misses each hit with chance `e`; one that is better hits so many of its misses that the mean rises by exactly `e`.
public struct GateSimulation: Sendable {
    private static let depth = 20

    /// The chance that the first model has the item among the first 20.
    public var hitRate: Double
    /// The correlation of two equally good models' reciprocal ranks.
    public var agreement: Double
    /// By which share the second model's mean reciprocal rank is above the first's; negative for worse.
    public var effect: Double
    private var random: RandomSource
    private let cumulated: [Double]

    /// Creates a stream.
    public init(effect: Double, hitRate: Double = 0.3, agreement: Double = 0.8, seed: UInt64, stream: Int) {
        precondition(effect > -1 && effect * hitRate <= 1 - hitRate, "an effect of \(effect)")
        self.hitRate = hitRate
        self.agreement = agreement
        self.effect = effect
        random = RandomSource.stream(seed: seed, 0x6A7E, UInt64(stream))
        let total = (1...Self.depth).reduce(0) { $0 + 1 / Double($1) }
        cumulated = (1...Self.depth).reduce(into: []) { $0.append(($0.last ?? 0) + 1 / Double($1) / total) }
    }

    /// The first model's true mean reciprocal rank.
    public var mean: Double {
        let weights = (1...Self.depth).map { 1 / Double($0) }
        return hitRate * weights.reduce(0) { $0 + $1 * $1 } / weights.reduce(0, +)
    }

    /// The reciprocal ranks of the next event.
    public mutating func next() -> (first: Double, second: Double) {
        let first = chance(hitRate) ? hit() : 0
        var second = chance(agreement) ? first : chance(hitRate) ? hit() : 0
        if effect < 0, chance(-effect) { second = 0 }
        if effect > 0, second == 0, chance(effect * hitRate / (1 - hitRate)) { second = hit() }
        return (first, second)
    }

    private mutating func chance(_ probability: Double) -> Bool { Double(random.next() >> 11) * 0x1p-53 < probability }

    private mutating func hit() -> Double {
        let place = Double(random.next() >> 11) * 0x1p-53
        return 1 / Double((cumulated.firstIndex { place < $0 } ?? Self.depth - 1) + 1)
    }
}
