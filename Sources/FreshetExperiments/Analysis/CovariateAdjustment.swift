/// What a figure owes to how its units were before: CUPED.
///
/// Units that were active before are active now. The part of their differences that the time before the experiment
/// explains is taken out, which leaves the expected difference between variants as it is, as assignment is random, and its
/// variance smaller by the squared correlation. Deng, Xu, Kohavi and Walker, "Improving the sensitivity of online controlled
/// experiments by utilizing pre-experiment data", WSDM 2013.
public struct CovariateAdjustment: Sendable, Equatable {
    /// By how much a unit's residual grows with the covariate, within variants.
    public let slope: Double
    /// The covariate's mean over all units.
    public let center: Double

    /// Estimates the adjustment from all variants together; one that changes nothing where the covariate is constant.
    public init(_ arms: [ArmSums]) {
        let spread = arms.reduce(0) { $0 + $1.covariateSpread }
        let products = arms.reduce(0) { sum, arm in arm.ratio.map { sum + arm.covariateResidual($0) } ?? sum }
        slope = spread > 0 ? products / spread : 0
        let units = arms.reduce(0) { $0 + $1.units }
        center =
            units > 0 ? arms.reduce(0) { $0 + $1.covariateMean * Double($1.units) } / Double(units) : 0
    }
}
