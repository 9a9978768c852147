import FreshetCore
import FreshetTensor

/// In how many users' lists an item stands, before an attack and after.
public struct TargetExposure: Sendable, Equatable, Codable {
    /// The item's id.
    public let item: String
    /// How many events it has.
    public let events: Int
    /// The share of real users whose list has it.
    public let before: Double
    /// The same after the attack.
    public let after: Double

    /// Creates the exposure of an item.
    public init(item: String, events: Int, before: Double, after: Double) {
        (self.item, self.events, self.before, self.after) = (item, events, before, after)
    }

    /// The share of lists that an item stands in.
    public static func share(of item: ItemIndex, in lists: [[ItemIndex]]) -> Double {
        lists.isEmpty ? 0 : Double(lists.count { $0.contains(item) }) / Double(lists.count)
    }
}

/// The exposure of several targets under several seeds.
public struct ExposureChange: Sendable, Equatable, Codable {
    /// The mean share of lists before.
    public let before: Estimate
    /// The mean share of lists after.
    public let after: Estimate
    /// How many times as often targets are shown; `nil` where they are never shown before.
    public let times: Estimate?

    /// Averages over targets and seeds.
    ///
    /// - Parameters:
    ///   - exposures: those of all targets under all seeds.
    ///   - options: the bootstrap over them.
    /// - Throws: ``FreshetError`` of kind `usage` where there is none.
    public init(_ exposures: [TargetExposure], options: EvaluationOptions = EvaluationOptions()) throws {
        guard !exposures.isEmpty else {
            throw FreshetError(.usage, "There is no target whose exposure could be measured.")
        }
        let count = Double(exposures.count)
        let sums = exposures.reduce((before: 0.0, after: 0.0)) { ($0.before + $1.before, $0.after + $1.after) }
        var (befores, afters, ratios) = ([Double](), [Double](), [Double]())
        var random = RandomSource.stream(seed: options.seed, 0xE890)
        for _ in 0..<options.resamples {
            var (before, after) = (0.0, 0.0)
            for _ in exposures {
                let drawn = exposures[random.below(exposures.count)]
                before += drawn.before
                after += drawn.after
            }
            befores.append(before / count)
            afters.append(after / count)
            if before > 0 { ratios.append(after / before) }
        }
        let tail = (1 - options.confidence) / 2
        func estimate(_ value: Double, _ draws: [Double]) -> Estimate {
            let sorted = draws.sorted()
            guard !sorted.isEmpty else { return Estimate(value: value, low: value, high: value) }
            return Estimate(value: value, low: quantile(tail, of: sorted), high: quantile(1 - tail, of: sorted))
        }
        before = estimate(sums.before / count, befores)
        after = estimate(sums.after / count, afters)
        times = sums.before > 0 ? estimate(sums.after / sums.before, ratios) : nil
    }
}
