import FreshetTensor
import Testing

@testable import FreshetExperiments

/// Boundaries and tests against values that other programs gave.
@Suite("Sequential tests")
struct SequentialTests {
    @Test func widthsOfTheAsymptoticSequence() {
        let boundary = NormalMixture(optimum: 5_000, alpha: 0.05)
        #expect(abs(1 / boundary.rho.squareRoot() - 0.0398400668) < 1e-9)
        let widths = [
            (100.0, 0.6694388617), (1e3, 0.1063754701), (5e3, 0.0429243372), (1e4, 0.0306147722), (1e5, 0.0105520700),
        ]
        for (count, width) in widths {
            #expect(abs(boundary.deviations(at: count, alpha: 0.05) / count.squareRoot() - width) < 1e-9)
        }
        #expect(abs(1 / NormalMixture(optimum: 1_000, alpha: 0.05).rho.squareRoot() - 0.0890850975) < 1e-9)
    }

    /// The two-sided normal mixture of the confseq package.
    @Test func normalMixtureBound() {
        let boundary = NormalMixture(optimum: 100, alpha: 0.05)
        #expect(abs(boundary.rho - 12.60056) < 1e-5)
        #expect(abs(boundary.bound(at: 100, alpha: 0.05) - 30.35209) < 1e-5)
        // The logarithm of the mixture at a sum of 10 and a variance of 100.
        #expect(abs(boundary.logEvidence(sum: 10, variance: 100) + 0.6510052) < 1e-6)
    }

    @Test func pValueIsTheChanceWhoseBoundaryIsMet() {
        let boundary = NormalMixture(optimum: 500, alpha: 0.05)
        for alpha in [0.5, 0.05, 1e-4] {
            let deviations = boundary.deviations(at: 300, alpha: alpha)
            #expect(abs(boundary.pValue(deviations: deviations, at: 300) / alpha - 1) < 1e-9)
        }
        #expect(boundary.pValue(deviations: 0, at: 300) == 1)
        #expect(boundary.pValue(deviations: 9, at: 0) == 1)
    }

    @Test(arguments: [
        ([5200, 4800], [0.5, 0.5], 16.0, 6.334248367e-05), ([5150, 4850], [0.5, 0.5], 9, 0.002699796063),
        ([4600, 5400], [0.5, 0.5], 64, 1.244192e-15), ([821_588, 815_482], [0.5, 0.5], 22.774369, 1.821793e-06),
        ([1000, 2100, 980], [0.25, 0.5, 0.25], 3.725490, 0.1552458797),
    ])
    func sampleRatio(counts: [Int], shares: [Double], statistic: Double, pValue: Double) {
        let ratio = SampleRatio(counts: counts, shares: shares)
        #expect(abs(ratio.chiSquare / statistic - 1) < 1e-6)
        #expect(abs(ratio.pValue / pValue - 1) < 1e-6)
    }

    /// scipy's chi2.sf(3.7, k).
    @Test(arguments: [
        (1, 0.0544124680), (2, 0.1572371663), (3, 0.2957340324), (4, 0.4481259240), (5, 0.5933639618),
        (8, 0.8831258204),
    ])
    func chiSquare(degrees: Int, pValue: Double) {
        #expect(abs(ChiSquare.survival(3.7, degrees: degrees) - pValue) < 1e-9)
    }

    /// Looked at after every unit, shares that are right are seldom taken to be off, and wrong ones soon are.
    @Test func sampleRatioCheckMayBeLookedAtAlways() throws {
        func run(_ stream: Int, _ share: Double, _ units: Int) -> Int? {
            var random = RandomSource.stream(seed: 3, UInt64(stream))
            var check = SampleRatioCheck(shares: [0.5, 0.5])
            for unit in 1...units {
                check.add(random.happens(share) ? 1 : 0)
                if check.isOff(alpha: 0.05) { return unit }
            }
            return nil
        }
        let alarms = (0..<200).count { run($0, 0.5, 4_000) != nil }
        #expect(alarms <= 10)
        let found = (0..<20).compactMap { run($0, 0.56, 20_000) }
        #expect(found.count == 20)
    }

    /// The expected shares may change on the way; units before and after are held against their own.
    @Test func sampleRatioCheckFollowsChangedWeights() {
        var check = SampleRatioCheck(shares: [0.5, 0.5])
        for unit in 0..<4_000 { check.add(unit % 2) }
        check.change(shares: [0.9, 0.1])
        for unit in 0..<10_000 { check.add(unit % 10 == 0 ? 1 : 0) }
        #expect(!check.isOff(alpha: 0.05))
        for unit in 0..<10_000 { check.add(unit % 2) }
        #expect(check.isOff(alpha: 0.001))
        #expect(check.pValue < 0.001)
    }

    /// `p` adjusted by R's p.adjust(…, "holm").
    @Test func holm() {
        let adjusted = Holm.adjusted([0.01, 0.04, 0.03, 0.005])
        for (value, expected) in zip(adjusted, [0.03, 0.06, 0.06, 0.02]) { #expect(abs(value - expected) < 1e-12) }
        #expect(Holm.adjusted([]) == [])
    }
}
