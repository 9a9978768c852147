import FreshetCore
import FreshetEngine
import Testing

@testable import FreshetEngine

/// What the engine measures itself with.
@Suite struct MeasuringTests {
    @Test(arguments: [1, 10, 250, 3_000, 1_000_000])
    func quantilesAreWithinTwoPercent(microseconds: Int) {
        let histogram = Histogram(label: "test", of: .default)
        for value in 1...100 { histogram.record(.microseconds(value * microseconds)) }
        let quantiles = histogram.quantiles(unit: 1)
        #expect(quantiles.count == 100)
        for (found, wanted) in [(quantiles.p50, 50), (quantiles.p95, 95), (quantiles.p99, 99)] {
            #expect(abs(found - Double(wanted * microseconds)) <= Double(wanted * microseconds) / 50)
        }
    }

    @Test func emptyHistogramHasNoQuantilesAndNegativeDurationCountsAsNone() {
        let histogram = Histogram(label: "test", of: .default)
        #expect(histogram.quantiles(unit: 1).count == 0)
        histogram.record(.seconds(-1))
        #expect(histogram.quantiles(unit: 1).p99 == 0)
    }

    @Test func healthSaysWhatIsWrongUntilItWorksAgain() {
        let health = HealthBoard(parts: ["storage"])
        health.markFailed("storage", FreshetErrorStandIn())
        #expect(health.all.first?.isWell == false)
        #expect(health.all.first?.message == "the disk is full")
        health.markWorking("storage")
        #expect(health.all == [EngineStatus.Health(part: "storage", isWell: true)])
    }
}

private struct FreshetErrorStandIn: Error, CustomStringConvertible {
    var description: String { "the disk is full" }
}
