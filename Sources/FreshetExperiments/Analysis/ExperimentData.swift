/// What an experiment's units did: the sums of every metric and variant, kept up with each event.
///
/// A unit takes part from its first exposure on; what it does in a metric before that does not count. The order of events
/// does not matter otherwise, so the same log gives the same data.
///
/// Weights may change while it runs (``expect(_:)``). Then a variant whose share fell has less of the days after, and a
/// difference between the days would pass for one between the variants. So an event counts by how much its variant's share was
/// larger at first than at its time (``weight(of:in:)``; Horvitz and Thompson, 1952): every period has the same part in every
/// variant's figure. A unit's totals are of all periods, so that it stays one unit.
public struct ExperimentData: Sendable {
    /// How many segments are told apart at most.
    private static let mostSegments = 50

    /// The metrics and guardrails, in the order of the sums.
    public let metrics: [ExperimentMetric]
    /// How many variants there are.
    public let variantCount: Int
    /// Whether the variants get the shares of units that they should.
    public private(set) var ratio: SampleRatioCheck
    /// The shares that they had at first.
    private let shares: [Double]
    /// The sums, by metric and variant.
    public private(set) var sums: [[ArmSums]]
    /// The same in each segment.
    public private(set) var segments: [String: [[ArmSums]]] = [:]
    /// How many units each variant has.
    public private(set) var unitCounts: [Int]
    /// What an event counts, by period and variant.
    private var weights: [[Double]]
    private var places: [UInt64: Int] = [:]
    private var variants: [Int] = []
    /// The newest period in which a unit was seen.
    private var seen: [Int] = []
    private var segmentNames: [String?] = []
    private var totals: [UnitTotals] = []
    private var segmentTotals: [UnitTotals] = []

    /// Creates the data of an experiment that has not begun.
    ///
    /// - Parameters:
    ///   - experiment: the experiment.
    ///   - shares: each variant's share of the units at first; by its weights as they are now when `nil`.
    /// - Throws: ``FreshetError`` of kind `usage` for an unknown metric.
    public init(_ experiment: Experiment, shares: [Double]? = nil) throws {
        metrics = try (experiment.metrics + experiment.guardrails).map(ExperimentMetric.named)
        variantCount = experiment.variants.count
        self.shares = shares ?? experiment.allocation.shares
        ratio = SampleRatioCheck(shares: self.shares)
        sums = metrics.map { _ in [ArmSums](repeating: ArmSums(), count: experiment.variants.count) }
        weights = [self.shares.map { _ in 1 }]
        unitCounts = self.shares.map { _ in 0 }
    }

    /// How many units take part.
    public var unitCount: Int { variants.count }

    /// Begins another period, in which the variants have other shares of the units.
    public mutating func expect(_ shares: [Double]) {
        ratio.change(shares: shares)
        weights.append(zip(self.shares, shares).map { $0 / $1 })
    }

    /// Whether the variants have had other shares at different times.
    ///
    /// Then it is not known what the variants' units should have been like before: those of a variant that grew are of those
    /// who come often, as they came in the shorter time. What was before is not taken out. Buckets are whole, so that shares
    /// change by less than 1% of themselves with the coverage.
    var hasChangedShares: Bool { weights.contains { $0.contains { abs($0 - 1) > 0.01 } } }

    /// What an event of a variant counts in a period, from 0: 1 in the first.
    public func weight(of variant: Int, in period: Int = 0) -> Double { weights[period][variant] }

    /// The sums of a metric's variants, ready to be compared.
    func compared(_ sums: [ArmSums]) -> [ArmSums] {
        hasChangedShares ? sums.map(\.withoutCovariate) : sums
    }

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
        if let place = places[unit] {
            // Once a period, as the shares are those of everybody who comes in it.
            if seen[place] < weights.count - 1, variants[place] == variant {
                seen[place] = weights.count - 1
                ratio.add(variant)
            }
            return false
        }
        places[unit] = variants.count
        variants.append(variant)
        seen.append(weights.count - 1)
        // At most this many are told apart.
        let isKnown = segment.map { segments[$0] != nil || segments.count < Self.mostSegments } ?? false
        segmentNames.append(isKnown ? segment : nil)
        ratio.add(variant)
        unitCounts[variant] += 1
        for metric in metrics.indices {
            let known = UnitTotals(covariate: metric < covariates.count ? covariates[metric] : 0)
            totals.append(known)
            segmentTotals.append(known)
        }
        if let segment, isKnown, segments[segment] == nil {
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
