/// One metric of one variant beside the first variant's.
public struct ComparedMetric: Sendable, Equatable, Encodable {
    /// The metric.
    public let metric: String
    /// The variant.
    public let variant: String
    /// The segment of units; `nil` for all.
    public let segment: String?
    /// How many units the variant has here.
    public let units: Int
    /// The figure; `nil` without data, which is not 0.
    public let value: Double?
    /// The first variant's figure.
    public let controlValue: Double?
    /// The difference as a share of the first variant's figure.
    public let lift: Double?
    /// The lower end of the lift's interval, which holds at all times.
    public let low: Double?
    /// The upper end.
    public let high: Double?
    /// The p-value, valid at every look, corrected for the number of variants or segments that are asked about.
    public var pValue: Double
    /// The p-value of a test for one look, for comparison.
    public let fixedHorizonPValue: Double?
    /// Whether more is better.
    public let isHigherBetter: Bool

    enum CodingKeys: String, CodingKey {
        case metric, variant, segment, units, value, lift, low, high
        case controlValue = "control_value"
        case pValue = "p_value"
        case fixedHorizonPValue = "fixed_horizon_p_value"
        case isHigherBetter = "is_higher_better"
    }

    /// Compares the sums of one metric.
    init(
        _ metric: ExperimentMetric,
        variant: String,
        segment: String? = nil,
        control: ArmSums,
        treatment: ArmSums,
        rules: VerdictRules
    ) {
        let comparison = Comparison(control: control, treatment: treatment)
        let interval = comparison?.liftInterval(rules.boundary, alpha: rules.alpha)
        self.metric = metric.name
        self.variant = variant
        self.segment = segment
        units = treatment.units
        value = comparison?.treatment.value ?? treatment.ratio
        controlValue = comparison?.control.value ?? control.ratio
        lift = comparison?.lift
        low = interval?.lowerBound
        high = interval?.upperBound
        pValue = comparison?.pValue(rules.boundary) ?? 1
        fixedHorizonPValue = comparison.map { FixedHorizonTest($0).pValue }
        isHigherBetter = metric.isHigherBetter
    }

    /// The lift in the direction that is good.
    var gain: Double? { lift.map { isHigherBetter ? $0 : -$0 } }

    /// The interval of ``gain``.
    var gainInterval: ClosedRange<Double>? {
        guard let low, let high else { return nil }
        return isHigherBetter ? low...high : -high ... -low
    }

    /// Whether it is better than the first variant, at a chance of error.
    func isBetter(alpha: Double) -> Bool { pValue <= alpha && (gain ?? 0) > 0 }

    /// Whether it is worse than the first variant.
    func isWorse(alpha: Double) -> Bool { pValue <= alpha && (gain ?? 0) < 0 }
}
