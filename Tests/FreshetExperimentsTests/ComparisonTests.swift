import FreshetTensor
import Testing

@testable import FreshetExperiments

@Suite("Comparison of variants")
struct ComparisonTests {
    private static func sums(_ outcomes: [Double], covariates: [Double] = []) -> ArmSums {
        var sums = ArmSums()
        for (place, outcome) in outcomes.enumerated() {
            var unit = UnitTotals(covariate: covariates.isEmpty ? 0 : covariates[place])
            sums.add(outcome, to: &unit)
        }
        return sums
    }

    /// GrowthBook's test of its sequential test: lift, its error and its interval.
    @Test func sequentialLift() throws {
        let comparison = try #require(
            Comparison(
                control: ArmSums(units: 3000, sum: 1396.87, squares: 52377.9767),
                treatment: ArmSums(units: 3461, sum: 2422.7, squares: 134698.29)
            )
        )
        let boundary = NormalMixture(optimum: 1_000, alpha: 0.05)
        let interval = try #require(comparison.liftInterval(boundary, alpha: 0.05))
        #expect(abs(try #require(comparison.lift) - 0.50336) < 1e-5)
        #expect(abs(try #require(comparison.liftVariance).squareRoot() - 0.33341) < 1e-5)
        #expect(abs(interval.lowerBound + 0.55844) < 1e-4)
        #expect(abs(interval.upperBound - 1.56516) < 1e-4)
        #expect(abs(comparison.clock - 6461) < 1e-6)
    }

    /// GrowthBook's test of Welch's test, whose t distribution is nearly normal here.
    @Test func fixedHorizonDifference() throws {
        let comparison = try #require(
            Comparison(
                control: ArmSums(units: 3407, sum: 1396.87, squares: 52377.9767),
                treatment: ArmSums(units: 3461, sum: 2422.7, squares: 134698.29)
            )
        )
        #expect(abs(comparison.difference - 0.29) < 1e-5)
        #expect(abs(FixedHorizonTest(comparison).pValue - 0.02016) < 5e-5)
        #expect(abs(try #require(comparison.lift) - 0.70732) < 1e-5)
    }

    @Test func zTestOfProportions() {
        let test = FixedHorizonTest(successes: (200, 250), units: (10_000, 10_000))
        #expect(abs(test.statistic - 2.3839951328) < 1e-9)
        #expect(abs(test.pValue - 0.01712582887) < 1e-9)
    }

    @Test func covariateAdjustment() throws {
        let before = (1...8).map(Double.init)
        let sums = Self.sums([2, 1, 4, 3, 6, 5, 8, 9], covariates: before)
        let adjustment = CovariateAdjustment([sums])
        #expect(abs(adjustment.slope - 1.0714285714) < 1e-9)
        let plain = try #require(ArmFigure(sums))
        let adjusted = try #require(ArmFigure(sums, slope: adjustment.slope, center: adjustment.center))
        #expect(abs(adjusted.variance / plain.variance - 0.1312741313) < 1e-9)
        #expect(abs(adjusted.value - plain.value) < 1e-12)
    }

    /// With equal outcomes beyond what was known before, adjustment takes the difference away that chance had put in.
    @Test func adjustmentTakesOutWhatWasThereBefore() throws {
        var random = RandomSource(seed: 5)
        var (control, treatment) = (ArmSums(), ArmSums())
        for place in 0..<4_000 {
            let before = random.share() * 10
            var unit = UnitTotals(covariate: before)
            let outcome = before + random.share() + (place % 2 == 1 ? 0.1 : 0)
            if place % 2 == 1 { treatment.add(outcome, to: &unit) } else { control.add(outcome, to: &unit) }
        }
        let comparison = try #require(Comparison(control: control, treatment: treatment))
        #expect(abs(comparison.difference - 0.1) < 0.03)
        #expect(comparison.variance < 2e-4)
        let raw = try #require(ArmFigure(control)).variance + (try #require(ArmFigure(treatment))).variance
        #expect(raw > 50 * comparison.variance)
    }

    /// Sums that are kept up event by event equal those computed from each unit's totals at the end.
    @Test func sumsKeptUpEqualThoseFromTotals() throws {
        var random = RandomSource(seed: 7)
        var units = (0..<50).map { _ in UnitTotals(covariate: random.share()) }
        var sums = ArmSums()
        for event in 0..<2_000 {
            let unit = event < 50 ? event : random.place(below: 50)
            sums.add(random.happens(0.3) ? 1 : 0, per: random.happens(0.8) ? 1 : 2, to: &units[unit])
        }
        let ratio = try #require(sums.ratio)
        let residuals = units.map { $0.numerator - ratio * $0.denominator }
        let spread = residuals.reduce(0) { $0 + $1 * $1 }
        #expect(abs(sums.residualSpread(ratio) / spread - 1) < 1e-9)
        let mean = units.reduce(0) { $0 + $1.covariate } / 50
        let products = zip(units, residuals).reduce(0) { $0 + ($1.0.covariate - mean) * $1.1 }
        #expect(abs(sums.covariateResidual(ratio) - products) < 1e-9)
        let figure = try #require(ArmFigure(sums))
        let total = units.reduce(0) { $0 + $1.denominator }
        let effective = total * total / units.reduce(0) { $0 + $1.denominator * $1.denominator }
        #expect(effective < 50 && abs(sums.effectiveUnits / effective - 1) < 1e-9)
        #expect(abs(figure.variance / (spread * effective / (effective - 1) / (total * total)) - 1) < 1e-9)
    }

    /// What is taken back leaves no trace: a refund undoes its purchase.
    @Test func whatIsTakenBackIsGone() throws {
        var (with, without) = (ArmSums(), ArmSums())
        var (first, second) = (UnitTotals(), UnitTotals())
        with.add(0, to: &first)
        without.add(0, to: &second)
        with.add(12.5, per: 0, to: &first)
        with.add(-12.5, per: 0, to: &first)
        #expect(first == second)
        #expect(with.numerator == without.numerator && with.denominator == without.denominator)
        #expect(with.residualSpread(0) == without.residualSpread(0))
    }

    /// The variance clustered by unit is that of means drawn anew, which single events would understate.
    @Test func varianceIsClusteredByUnit() throws {
        var random = RandomSource(seed: 11)
        var (figures, variances, naive): ([Double], Double, Double) = ([], 0, 0)
        for _ in 0..<300 {
            var sums = ArmSums()
            for _ in 0..<60 {
                var unit = UnitTotals()
                let rate = random.happens(0.5) ? 0.1 : 0.7
                for _ in 0..<(1 + random.place(below: 20)) { sums.add(random.happens(rate) ? 1 : 0, to: &unit) }
            }
            let figure = try #require(ArmFigure(sums))
            figures.append(figure.value)
            variances += figure.variance / 300
            naive += figure.value * (1 - figure.value) / Double(sums.events) / 300
        }
        let mean = figures.reduce(0, +) / 300
        let truth = figures.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 299
        #expect(abs(variances / truth - 1) < 0.25)
        #expect(naive < truth / 3)
    }

    @Test func noDataIsNotZero() {
        #expect(ArmSums().ratio == nil)
        #expect(Comparison(control: ArmSums(), treatment: Self.sums([1, 0])) == nil)
        #expect(Self.sums([0, 0]).ratio == 0)
    }

    @Test(arguments: [(0.05, 315_203), (0.1, 80_679)])
    func unitsNeeded(lift: Double, units: Int) throws {
        let needed = try UnitsNeeded(baseline: 0.02, lift: lift)
        #expect(needed.fixedHorizon == units)
        #expect(needed.sequential > units && needed.sequential < 4 * units)
    }

    @Test func impossiblePlansAreRefused() {
        #expect(throws: (any Error).self) { try UnitsNeeded(baseline: 0.9, lift: 0.2) }
        #expect(throws: (any Error).self) { try UnitsNeeded(baseline: 0.1, lift: 0) }
        #expect(throws: (any Error).self) { try UnitsNeeded(baseline: 0.1, lift: 0.1, power: 1) }
    }
}
