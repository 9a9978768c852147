import CoreMetrics
import Synchronization

/// One metric with one set of labels.
protocol PrometheusSeries: AnyObject, Sendable {
    /// Whether it is written: one that waits for its first use is not.
    var isShown: Bool { get }
    /// Writes its lines.
    func write(name: String, labels: String, to text: inout String)
}

/// A number that goes up, or up and down.
final class PrometheusNumber: PrometheusSeries, CounterHandler, FloatingPointCounterHandler, MeterHandler,
    RecorderHandler
{
    private let number = Mutex(0.0)
    private let showsZero: Bool

    /// Creates a number of 0.
    /// - Parameter showsZero: whether it is written before it was ever more.
    init(showsZero: Bool = true) { self.showsZero = showsZero }

    var isShown: Bool { showsZero || value != 0 }

    /// The number now.
    var value: Double { number.withLock { $0 } }

    func increment(by amount: Int64) { increment(by: Double(amount)) }
    func increment(by amount: Double) { number.withLock { $0 += amount } }
    func decrement(by amount: Double) { number.withLock { $0 -= amount } }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { number.withLock { $0 = value } }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
    func reset() { set(0.0) }

    func write(name: String, labels: String, to text: inout String) {
        text += "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(PrometheusText.number(value))\n"
    }
}

/// Counts measurements by size: each bucket those up to its bound.
final class PrometheusHistogram: PrometheusSeries, RecorderHandler, TimerHandler {
    private struct State {
        var counts: [UInt64]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let showsEmpty: Bool
    private let state: Mutex<State>

    /// Creates a histogram with ascending upper bounds; a bucket for all else follows.
    ///
    /// - Parameters:
    ///   - bounds: the bounds.
    ///   - showsEmpty: whether it is written before the first measurement.
    init(bounds: [Double], showsEmpty: Bool = true) {
        self.showsEmpty = showsEmpty
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy(<), "bounds do not ascend: \(bounds)")
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    var isShown: Bool { showsEmpty || state.withLock { $0.counts.contains { $0 > 0 } } }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard value.isFinite else { return }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += value
        }
    }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func write(name: String, labels: String, to text: inout String) {
        let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
        let prefix = labels.isEmpty ? "" : labels + ","
        var total: UInt64 = 0
        for (position, count) in counts.enumerated() {
            total += count
            let bound = position < bounds.count ? PrometheusText.number(bounds[position]) : "+Inf"
            text += "\(name)_bucket{\(prefix)le=\"\(bound)\"} \(total)\n"
        }
        let braces = labels.isEmpty ? "" : "{\(labels)}"
        text += "\(name)_sum\(braces) \(PrometheusText.number(sum))\n\(name)_count\(braces) \(total)\n"
    }
}
