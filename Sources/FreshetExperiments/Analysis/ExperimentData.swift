/// What an experiment's units did: the sums of every metric and variant, kept up with each event.
///
/// A unit takes part from its first exposure on; what it does in a metric before that does not count. The order of events
/// does not matter otherwise, so the same log gives the same data.
public struct ExperimentData: Sendable {
    /// The metrics and guardrails, in the order of the sums.
    public let metrics: [ExperimentMetric]
    /// How many variants there are.
    public let variantCount: Int
    /// Whether the variants get the shares of units that they should.
    public private(set) var ratio: SampleRatioCheck
    /// The sums, by metric and variant.
    public private(set) var sums: [[ArmSums]]
    /// The same in each segment.
    public private(set) var segments: [String: [[ArmSums]]] = [:]
    private var places: [UInt64: Int] = [:]
    private var variants: [Int] = []
    private var segmentNames: [String?] = []
    private var totals: [UnitTotals] = []
    private var segmentTotals: [UnitTotals] = []

    /// Creates the data of an experiment that has not begun.
    public init(_ experiment: Experiment) throws {
        metrics = try (experiment.metrics + experiment.guardrails).map(ExperimentMetric.named)
        variantCount = experiment.variants.count
        ratio = SampleRatioCheck(shares: experiment.allocation.shares)
        sums = metrics.map { _ in [ArmSums](repeating: ArmSums(), count: experiment.variants.count) }
    }

    /// How many units take part.
    public var unitCount: Int { variants.count }

    /// Expects other shares of the units to come, after the experiment's weights were changed.
    public mutating func expect(_ allocation: Allocation) { ratio.change(shares: allocation.shares) }

    /// Says that a unit saw its variant.
    ///
    /// - Parameters:
    ///   - unit: the unit's id.
    ///   - variant: the place of its variant.
    ///   - covariates: by metric, what the unit did in the time before the experiment; empty for nothing known.
    ///   - segment: the group of units that it belongs to, if figures by group are wanted.
    /// - Returns: whether it is the first time.
    @discardableResult
    public mutating func expose(
        _ unit: String,
        to variant: Int,
        covariates: [Double] = [],
        segment: String? = nil
    ) -> Bool {
        expose(StableHash.of(unit), to: variant, covariates: covariates, segment: segment)
    }

    /// As ``expose(_:to:covariates:segment:)``, for a unit that is known by its number.
    @discardableResult
    package mutating func expose(
        _ unit: UInt64,
        to variant: Int,
        covariates: [Double] = [],
        segment: String? = nil
    ) -> Bool {
        precondition(variant >= 0 && variant < variantCount, "variant \(variant) of \(variantCount)")
        guard places[unit] == nil else { return false }
        places[unit] = variants.count
        variants.append(variant)
        segmentNames.append(segment)
        ratio.add(variant)
        for metric in metrics.indices {
            let known = UnitTotals(covariate: metric < covariates.count ? covariates[metric] : 0)
            totals.append(known)
            segmentTotals.append(known)
        }
        if let segment, segments[segment] == nil {
            segments[segment] = metrics.map { _ in [ArmSums](repeating: ArmSums(), count: variantCount) }
        }
        return true
    }

    /// The place of the variant that a unit was first exposed to.
    package func variant(of unit: UInt64) -> Int? { places[unit].map { variants[$0] } }

    /// Adds to one of a unit's metrics; nothing happens for a unit that has not been exposed.
    public mutating func add(_ change: Double, per: Double, metric: Int, unit: String) {
        add(change, per: per, metric: metric, unit: StableHash.of(unit))
    }

    /// As ``add(_:per:metric:unit:)``, for a unit that is known by its number.
    package mutating func add(_ change: Double, per: Double, metric: Int, unit: UInt64) {
        update(metric, unit) { $0.add(change, per: per, to: &$1) }
    }

    /// Takes back what was added, as if it had not been.
    package mutating func retract(_ change: Double, per: Double, metric: Int, unit: UInt64) {
        update(metric, unit) { $0.retract(change, per: per, from: &$1) }
    }

    /// Forgets who a unit was; what it did stays counted.
    package mutating func forget(_ unit: UInt64) { places[unit] = nil }

    private mutating func update(_ metric: Int, _ unit: UInt64, _ change: (inout ArmSums, inout UnitTotals) -> Void) {
        guard let place = places[unit] else { return }
        let (variant, slot) = (variants[place], place * metrics.count + metric)
        change(&sums[metric][variant], &totals[slot])
        guard let segment = segmentNames[place], var parts = segments[segment] else { return }
        segments[segment] = nil
        change(&parts[metric][variant], &segmentTotals[slot])
        segments[segment] = parts
    }
}
