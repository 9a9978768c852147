/// How one variant's figure differs from another's, and how sure that is.
public struct Comparison: Sendable, Equatable {
    /// The figure that is compared with.
    public let control: ArmFigure
    /// The figure that is judged.
    public let treatment: ArmFigure

    /// Compares two variants, adjusted by the covariate; `nil` while either has fewer than two units.
    public init?(control: ArmSums, treatment: ArmSums) {
        let adjustment = CovariateAdjustment([control, treatment])
        guard let first = ArmFigure(control, slope: adjustment.slope, center: adjustment.center),
            let second = ArmFigure(treatment, slope: adjustment.slope, center: adjustment.center)
        else { return nil }
        (self.control, self.treatment) = (first, second)
    }

    /// Treatment minus control.
    public var difference: Double { treatment.value - control.value }
    /// The variance of the difference.
    public var variance: Double { control.variance + treatment.variance }
    /// The clock of both together.
    public var clock: Double { control.clock + treatment.clock }

    /// The difference in standard errors; 0 while nothing varies.
    public var deviations: Double { variance > 0 ? difference / variance.squareRoot() : 0 }

    /// The difference as a share of the control's figure; `nil` where that is 0.
    public var lift: Double? { control.value != 0 ? difference / control.value : nil }

    /// The variance of ``lift``, by the delta method.
    public var liftVariance: Double? {
        guard control.value != 0 else { return nil }
        let ratio = treatment.value / control.value
        return (treatment.variance + ratio * ratio * control.variance) / (control.value * control.value)
    }

    /// The interval of ``lift`` that holds at all times with a chance of at least `1 - alpha`.
    public func liftInterval(_ boundary: NormalMixture, alpha: Double) -> ClosedRange<Double>? {
        guard let lift, let liftVariance, clock > 0 else { return nil }
        let reach = liftVariance.squareRoot() * boundary.deviations(at: clock, alpha: alpha)
        return lift - reach...lift + reach
    }

    /// The interval of ``difference`` that holds at all times with a chance of at least `1 - alpha`.
    public func interval(_ boundary: NormalMixture, alpha: Double) -> ClosedRange<Double>? {
        guard clock > 0 else { return nil }
        let reach = variance.squareRoot() * boundary.deviations(at: clock, alpha: alpha)
        return difference - reach...difference + reach
    }

    /// The p-value of the difference that is valid at every look.
    public func pValue(_ boundary: NormalMixture) -> Double { boundary.pValue(deviations: deviations, at: clock) }
}
