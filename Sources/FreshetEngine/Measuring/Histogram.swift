import FreshetCore
import Metrics
import Synchronization

/// Durations, counted in buckets that grow with the duration: any quantile within 6%, at the cost of a short lock.
///
/// Sixteen buckets between a power of two and the next, of microseconds (as in HdrHistogram, Gil Tene). Quantiles are of
/// the newest one to two minutes; every measurement also goes to a swift-metrics timer, which exports all of them.
final class Histogram: Sendable {
    /// How long a window is; the quantiles cover the running and the last full one.
    private static let window = Duration.seconds(60)
    private static let perPower = 16
    /// Up to 2⁴⁰ microseconds, 12 days.
    private static let bucketCount = perPower * 38

    private struct Windows {
        var current = [UInt32](repeating: 0, count: Histogram.bucketCount)
        var previous = [UInt32](repeating: 0, count: Histogram.bucketCount)
        var end: ContinuousClock.Instant

        mutating func turn(_ now: ContinuousClock.Instant) {
            guard now >= end else { return }
            // After a silence of more than a window, the last one is no longer new either.
            let isRecent = now < end + Histogram.window
            swap(&current, &previous)
            for index in current.indices { current[index] = 0 }
            if !isRecent { for index in previous.indices { previous[index] = 0 } }
            end = now + Histogram.window
        }
    }

    private let windows = Mutex(Windows(end: ContinuousClock.now + Histogram.window))
    private let timer: Metrics.Timer

    /// Creates a histogram.
    ///
    /// - Parameter label: the name of its timer, as it stands on the metrics page.
    init(label: String) { timer = Metrics.Timer(label: label) }

    /// Counts a duration.
    func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = max(0, seconds) * 1_000_000_000 + max(0, attoseconds) / 1_000_000_000
        timer.recordNanoseconds(nanoseconds)
        let bucket = Self.bucket(of: UInt64(nanoseconds / 1000))
        let now = ContinuousClock.now
        windows.withLock { windows in
            windows.turn(now)
            windows.current[bucket] += 1
        }
    }

    /// Counts a number of milliseconds.
    func record(milliseconds: Int64) { record(.milliseconds(milliseconds)) }

    /// The quantiles of the newest measurements.
    ///
    /// - Parameter unit: how many microseconds the unit of the result has.
    /// - Returns: the quantiles and the number of measurements they are of.
    func quantiles(unit: Double) -> EngineStatus.Quantiles {
        let now = ContinuousClock.now
        let counts = windows.withLock { windows in
            windows.turn(now)
            return zip(windows.current, windows.previous).map { Int($0) + Int($1) }
        }
        var quantiles = EngineStatus.Quantiles()
        quantiles.count = counts.reduce(0, +)
        quantiles.p50 = Self.quantile(0.5, of: counts, total: quantiles.count) / unit
        quantiles.p95 = Self.quantile(0.95, of: counts, total: quantiles.count) / unit
        quantiles.p99 = Self.quantile(0.99, of: counts, total: quantiles.count) / unit
        return quantiles
    }

    private static func quantile(_ share: Double, of counts: [Int], total: Int) -> Double {
        guard total > 0 else { return 0 }
        let rank = max(1, Int((share * Double(total)).rounded(.up)))
        var sum = 0
        for (bucket, count) in counts.enumerated() {
            sum += count
            if sum >= rank { return middle(of: bucket) }
        }
        return middle(of: counts.count - 1)
    }

    /// The bucket of a number of microseconds.
    static func bucket(of value: UInt64) -> Int {
        guard value >= UInt64(perPower) else { return Int(value) }
        let power = 63 - value.leadingZeroBitCount - 4
        return min(bucketCount - 1, (power + 1) * perPower + Int((value >> UInt64(power)) & 15))
    }

    /// The middle of a bucket, in microseconds.
    static func middle(of bucket: Int) -> Double {
        guard bucket >= perPower else { return Double(bucket) }
        let power = bucket / perPower - 1
        return (Double(perPower + bucket % perPower) + 0.5) * Double(sign: .plus, exponent: power, significand: 1)
    }
}
