/// The sums from which one variant's figure in one metric is computed, clustered by unit, at any moment.
///
/// A metric is a ratio of two sums over units, such as clicks per answer. Its variance comes from how the units' totals
/// vary, since the events of one user are not independent. An event changes its unit's totals, and the sums of squares by
/// the difference: the cost is the same for the first and the millionth event, and nothing is allocated.
public struct ArmSums: Sendable, Equatable, Codable {
    /// How many units have an event.
    public private(set) var units = 0
    /// How many events there were.
    public private(set) var events = 0
    /// The sum of numerators.
    public private(set) var numerator = 0.0
    /// The sum of denominators.
    public private(set) var denominator = 0.0

    // Over units, squares and products of their totals.
    private var squares = 0.0
    private var products = 0.0
    private var denominatorSquares = 0.0
    private var covariate = 0.0
    private var covariateSquares = 0.0
    private var covariateProducts = 0.0
    private var covariateDenominators = 0.0
    // Over single events.
    private var eventSquares = 0.0
    private var eventProducts = 0.0
    private var eventDenominatorSquares = 0.0

    /// Creates sums of nothing.
    public init() {}

    /// Adds an event of a unit, and to the unit's totals.
    ///
    /// - Parameters:
    ///   - change: what it adds to the numerator; below 0 takes back.
    ///   - per: what it adds to the denominator; 1 for a mean over events.
    ///   - unit: the totals of the unit before the event, and after it.
    public mutating func add(_ change: Double, per: Double = 1, to unit: inout UnitTotals) {
        if !unit.isCounted {
            unit.isCounted = true
            units += 1
            covariate += unit.covariate
            covariateSquares += unit.covariate * unit.covariate
        }
        events += 1
        squares += change * (2 * unit.numerator + change)
        products += change * (unit.denominator + per) + per * unit.numerator
        denominatorSquares += per * (2 * unit.denominator + per)
        covariateProducts += change * unit.covariate
        covariateDenominators += per * unit.covariate
        eventSquares += change * change
        eventProducts += change * per
        eventDenominatorSquares += per * per
        numerator += change
        denominator += per
        unit.numerator += change
        unit.denominator += per
    }

    /// Takes back an event that was added, as if it had not been; its unit stays counted.
    public mutating func retract(_ change: Double, per: Double, from unit: inout UnitTotals) {
        add(-change, per: -per, to: &unit)
        events -= 2
        eventSquares -= 2 * change * change
        eventProducts -= 2 * change * per
        eventDenominatorSquares -= 2 * per * per
    }

    /// The figure: numerator over denominator; `nil` without data.
    public var ratio: Double? { denominator > 0 ? numerator / denominator : nil }

    /// How many units of equal weight would say as much: fewer than there are where some weigh more than others.
    public var effectiveUnits: Double {
        denominatorSquares > 0 ? denominator * denominator / denominatorSquares : 0
    }

    /// The mean of the covariate; 0 without units.
    var covariateMean: Double { units > 0 ? covariate / Double(units) : 0 }

    /// The sum of the covariate's squared deviations from its mean.
    var covariateSpread: Double { max(covariateSquares - covariate * covariateMean, 0) }

    /// The sum of products of the covariate's deviations and the units' residuals, numerator minus ratio × denominator.
    func covariateResidual(_ ratio: Double) -> Double { covariateProducts - ratio * covariateDenominators }

    /// The sum over units of squared residuals.
    func residualSpread(_ ratio: Double) -> Double {
        max(squares - 2 * ratio * products + ratio * ratio * denominatorSquares, 0)
    }

    /// The same as if every event were a unit of its own.
    func eventSpread(_ ratio: Double) -> Double {
        max(eventSquares - 2 * ratio * eventProducts + ratio * ratio * eventDenominatorSquares, 0)
    }

    /// The same without what was known of units before.
    var withoutCovariate: ArmSums {
        var sums = self
        (sums.covariate, sums.covariateSquares, sums.covariateProducts, sums.covariateDenominators) = (0, 0, 0, 0)
        return sums
    }

    /// The sums of two groups of units that have none in common.
    public static func + (left: ArmSums, right: ArmSums) -> ArmSums {
        var sum = left
        sum.units += right.units
        sum.events += right.events
        sum.numerator += right.numerator
        sum.denominator += right.denominator
        sum.squares += right.squares
        sum.products += right.products
        sum.denominatorSquares += right.denominatorSquares
        sum.covariate += right.covariate
        sum.covariateSquares += right.covariateSquares
        sum.covariateProducts += right.covariateProducts
        sum.covariateDenominators += right.covariateDenominators
        sum.eventSquares += right.eventSquares
        sum.eventProducts += right.eventProducts
        sum.eventDenominatorSquares += right.eventDenominatorSquares
        return sum
    }
}

extension ArmSums {
    /// Sums of units with one event each, from what others published: count, sum and sum of squares.
    init(units: Int, sum: Double, squares: Double) {
        self.init()
        self.units = units
        events = units
        numerator = sum
        denominator = Double(units)
        self.squares = squares
        products = sum
        denominatorSquares = Double(units)
        eventSquares = squares
        eventProducts = sum
        eventDenominatorSquares = Double(units)
    }
}
