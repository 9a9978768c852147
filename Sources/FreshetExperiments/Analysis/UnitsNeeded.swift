import FreshetCore

/// How many units each of two variants needs so that a true lift is found.
public struct UnitsNeeded: Sendable, Equatable, Codable {
    /// With one look at the end, at that number.
    public let fixedHorizon: Int
    /// By when a sequential test has found it, with a look at every moment; half of all runs end much sooner.
    public let sequential: Int

    enum CodingKeys: String, CodingKey {
        case sequential
        case fixedHorizon = "fixed_horizon"
    }

    /// Plans for a proportion, such as the share of users who convert.
    ///
    /// - Parameters:
    ///   - baseline: the control's proportion.
    ///   - lift: the difference to find, as a share of it.
    ///   - rules: the chance of a false verdict and when the sequential test is tightest.
    ///   - power: the chance to find it.
    /// - Throws: ``FreshetError`` of kind `usage` for proportions that are none.
    public init(baseline: Double, lift: Double, rules: VerdictRules = VerdictRules(), power: Double = 0.8) throws {
        let other = baseline * (1 + lift)
        guard baseline > 0, baseline < 1, other > 0, other < 1, lift != 0 else {
            throw FreshetError(
                .usage,
                "A proportion of \(baseline) with a lift of \(lift) is no proportion.",
                remedy: "Give shares: --baseline 0.02 --lift 0.05 is 2% against 2.1%."
            )
        }
        try self.init(
            difference: baseline * lift,
            variance: (baseline * (1 - baseline) + other * (1 - other)) / 2,
            rules: rules,
            power: power
        )
    }

    /// Plans for a mean over units with a variance.
    /// - Throws: ``FreshetError`` of kind `usage` for a power that is not between `rules.alpha` and 1.
    public init(difference: Double, variance: Double, rules: VerdictRules = VerdictRules(), power: Double = 0.8) throws
    {
        try rules.validate()
        guard power > rules.alpha, power < 1, difference != 0, variance > 0 else {
            throw FreshetError(.usage, "A power of \(power) cannot be planned for.", remedy: "Give one such as 0.8.")
        }
        let reach = NormalDistribution.quantile(power)
        let perUnit = 2 * variance / (difference * difference)
        let fixed = NormalDistribution.quantile(1 - rules.alpha / 2) + reach
        fixedHorizon = Int((fixed * fixed * perUnit).rounded())
        let boundary = rules.boundary
        var (low, high) = (Double(fixedHorizon), Double(fixedHorizon) * 1e6)
        while high - low > 0.5 {
            let middle = (low + high) / 2
            let needed = boundary.deviations(at: 2 * middle, alpha: rules.alpha) + reach
            if needed * needed * perUnit > middle { low = middle } else { high = middle }
        }
        sequential = Int(high.rounded(.up))
    }
}
