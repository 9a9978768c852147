/// One variant's figure in one metric, with its variance and how much evidence it rests on.
public struct ArmFigure: Sendable, Equatable {
    /// The figure, adjusted by the covariate where it explains something.
    public let value: Double
    /// The variance of the figure, clustered by unit.
    public let variance: Double
    /// How many independent events have the same variance as all of the events there were.
    ///
    /// The clock of a ``NormalMixture``. It is the number of units where each has one event, and runs on when the
    /// same units come back, as the sum whose mean is looked at goes on moving then.
    public let clock: Double

    /// Computes a figure; `nil` with fewer than two units, or where one weighs nearly all.
    ///
    /// - Parameters:
    ///   - sums: the sums.
    ///   - slope: by how much a residual grows with the covariate (``CovariateAdjustment``).
    ///   - center: the covariate's mean over all variants.
    public init?(_ sums: ArmSums, slope: Double = 0, center: Double = 0) {
        // One unit that weighs nearly all has no residual, as the ratio is its own: what there is counts for more then.
        let effective = sums.effectiveUnits
        guard sums.units > 1, effective > 1, let ratio = sums.ratio else { return nil }
        let units = Double(sums.units)
        let spread = sums.residualSpread(ratio)
        let explained = slope * (2 * sums.covariateResidual(ratio) - slope * sums.covariateSpread)
        value = ratio - slope * (sums.covariateMean - center) * units / sums.denominator
        variance = max(spread - explained, 0) * effective / (effective - 1) / (sums.denominator * sums.denominator)
        let single = sums.eventSpread(ratio) / Double(sums.events)
        clock = single > 0 ? spread / single : 0
    }
}
