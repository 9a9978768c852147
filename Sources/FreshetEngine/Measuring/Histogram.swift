import FreshetCore
import Metrics
import Synchronization

/// Durations of the newest one to two minutes: any quantile within 1.6%, at the cost of a short lock.
///
/// Every measurement also goes to a swift-metrics timer, which exports all of them.
final class Histogram: Sendable {
    /// How long a window is; the quantiles cover the running and the last full one.
    private static let window = Duration.seconds(60)

    private struct Windows {
        var current = LatencyHistogram()
        var previous = LatencyHistogram()
        var end: ContinuousClock.Instant

        mutating func turn(_ now: ContinuousClock.Instant) {
            guard now >= end else { return }
            // After a silence of more than a window, the last one is no longer new either.
            let isRecent = now < end + Histogram.window
            previous = isRecent ? current : LatencyHistogram()
            current = LatencyHistogram()
            end = now + Histogram.window
        }
    }

    private let windows = Mutex(Windows(end: ContinuousClock.now + Histogram.window))
    private let timer: Metrics.Timer

    /// Creates a histogram.
    ///
    /// - Parameters:
    ///   - label: the name of its timer, as it stands on the metrics page.
    ///   - tenant: whose durations they are.
    init(label: String, of tenant: Tenant) { timer = Metrics.Timer(label: label, dimensions: tenant.labels) }

    /// Counts a duration.
    func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = max(0, seconds) * 1_000_000_000 + max(0, attoseconds) / 1_000_000_000
        timer.recordNanoseconds(nanoseconds)
        let now = ContinuousClock.now
        windows.withLock { windows in
            windows.turn(now)
            windows.current.record(Double(nanoseconds) / 1e9)
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
        let newest = windows.withLock { windows in
            windows.turn(now)
            var both = windows.current
            both.add(windows.previous)
            return both
        }
        var quantiles = EngineStatus.Quantiles()
        quantiles.count = newest.count
        quantiles.p50 = newest.quantile(0.5) * 1e6 / unit
        quantiles.p95 = newest.quantile(0.95) * 1e6 / unit
        quantiles.p99 = newest.quantile(0.99) * 1e6 / unit
        return quantiles
    }
}
