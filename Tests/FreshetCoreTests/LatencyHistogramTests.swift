import FreshetCore
import Testing

@Suite struct LatencyHistogramTests {
    @Test func quantilesAreWithinTheWidthOfABucket() {
        var histogram = LatencyHistogram()
        for number in 1...1000 { histogram.record(Double(number) / 1000) }
        for share in [0.01, 0.5, 0.9, 0.99, 0.999] {
            let found = histogram.quantile(share)
            #expect(found >= share && found <= share * (1 + 1.0 / 32), "\(share): \(found)")
        }
        #expect(histogram.quantile(1) == 1 && histogram.longest == 1 && histogram.count == 1000)
        #expect(abs(histogram.sum - 500.5) < 1e-9)
        #expect(LatencyHistogram().quantile(0.5) == 0)
    }

    @Test(arguments: [0.0, 1e-9, 1e-6, 5000, 1e9]) func extremesAreCounted(seconds: Double) {
        var histogram = LatencyHistogram()
        histogram.record(seconds)
        #expect(histogram.count == 1 && histogram.longest == seconds && histogram.quantile(0.5) <= max(seconds, 1.1e-6))
    }

    @Test func histogramsAddUp() {
        var (left, right, both) = (LatencyHistogram(), LatencyHistogram(), LatencyHistogram())
        for number in 1...100 {
            let seconds = Double(number) / 100
            both.record(seconds)
            if number % 3 == 0 { left.record(seconds) } else { right.record(seconds) }
        }
        left.add(right)
        #expect(left.quantile(0.5) == both.quantile(0.5) && left.count == both.count)
    }
}
