import CoreMetrics
import FreshetCore
import Synchronization

/// Keeps metrics and writes them as Prometheus text: the backend of swift-metrics here, and of `GET /metrics`.
///
/// ```swift
/// let registry = PrometheusRegistry()
/// MetricsSystem.bootstrap(registry)
/// ```
/// Counters get the ending `_total` and timers `_seconds`, as Prometheus has it; characters that its names may not have
/// become `_`. Timers and aggregating recorders are histograms.
public final class PrometheusRegistry: MetricsFactory {
    struct Family {
        var type: String
        var help: String?
        var series: [String: any PrometheusSeries] = [:]
    }

    /// The upper bounds of a timer's histogram, in seconds: 0.1 ms to 10 s.
    public static let secondBounds: [Double] = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
    /// The upper bounds of a recorder's histogram: powers of four.
    static let valueBounds: [Double] = (0...12).map { Double(1 << (2 * $0)) }

    let families = Mutex<[String: Family]>([:])
    let bounds = Mutex<[String: [Double]]>([:])

    /// Creates an empty registry.
    public init() {}

    /// Says in a line what a metric is, and by which ascending upper bounds it is measured where it is a histogram.
    public func describe(_ label: String, _ help: String, bounds newBounds: [Double]? = nil) {
        let name = PrometheusText.name(label)
        for ending in ["", "_total", "_seconds"] {
            if let newBounds { bounds.withLock { $0[name + ending] = newBounds } }
            families.withLock { $0[name + ending, default: Family(type: "untyped")].help = help }
        }
    }

    /// All metrics in Prometheus' text format, version 0.0.4.
    public func text() -> String { Self.text(families.withLock { $0 }) }

    /// The series that bear the name of a tenant, and no others.
    func text(of tenant: Tenant) -> String {
        Self.text(
            families.withLock { $0 }.mapValues { family in
                var family = family
                family.series = family.series.filter { Self.isSeries($0.key, of: tenant) }
                return family
            }
        )
    }

    /// Forgets the series that bear the name of a tenant.
    func forget(_ tenant: Tenant) {
        families.withLock { families in
            families = families.mapValues { family in
                var family = family
                family.series = family.series.filter { !Self.isSeries($0.key, of: tenant) }
                return family
            }
        }
    }

    /// Quotes within a value are escaped, so nothing else has these letters; the default tenant's series have no label.
    private static func isSeries(_ labels: String, of tenant: Tenant) -> Bool {
        !tenant.labels.isEmpty && labels.contains(PrometheusText.labels(tenant.labels))
    }

    private static func text(_ families: [String: Family]) -> String {
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            let shown = family.series.filter { $0.value.isShown }.sorted { $0.key < $1.key }
            guard !shown.isEmpty else { continue }
            if let help = family.help { text += "# HELP \(name) \(PrometheusText.escapedHelp(help))\n" }
            text += "# TYPE \(name) \(family.type)\n"
            for (labels, series) in shown {
                series.write(name: name, labels: labels, to: &text)
            }
        }
        return text
    }

    private func series<Series: PrometheusSeries>(
        _ name: String,
        type: String,
        _ dimensions: [(String, String)],
        _ make: () -> Series
    ) -> Series {
        let labels = PrometheusText.labels(dimensions)
        return families.withLock { families in
            if let known = families[name]?.series[labels] as? Series { return known }
            let made = make()
            families[name, default: Family(type: type)].series[labels] = made
            families[name]?.type = type
            return made
        }
    }

    func counter(_ label: String, _ dimensions: [(String, String)], showsZero: Bool = true) -> PrometheusNumber {
        let name = PrometheusText.name(label)
        let total = name.hasSuffix("_total") ? name : name + "_total"
        return series(total, type: "counter", dimensions) { PrometheusNumber(showsZero: showsZero) }
    }

    func gauge(_ label: String, _ dimensions: [(String, String)]) -> PrometheusNumber {
        series(PrometheusText.name(label), type: "gauge", dimensions) { PrometheusNumber() }
    }

    func histogram(
        _ name: String,
        _ dimensions: [(String, String)],
        _ preset: [Double],
        showsEmpty: Bool = true
    ) -> PrometheusHistogram {
        let bounds = bounds.withLock { $0[name] } ?? preset
        return series(name, type: "histogram", dimensions) {
            PrometheusHistogram(bounds: bounds, showsEmpty: showsEmpty)
        }
    }
}

extension PrometheusRegistry {
    /// A counter.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions)
    }

    /// A counter of fractions.
    public func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        counter(label, dimensions)
    }

    /// A gauge.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    /// A histogram, or a gauge where the newest value is all that counts.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if aggregate {
            histogram(PrometheusText.name(label), dimensions, Self.valueBounds)
        } else {
            gauge(label, dimensions)
        }
    }

    /// A histogram of seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let name = PrometheusText.name(label)
        let seconds = name.hasSuffix("_seconds") ? name : name + "_seconds"
        return histogram(seconds, dimensions, Self.secondBounds)
    }

    /// Keeps the counter: Prometheus wants a counter to stay.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// Keeps the counter.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    /// Forgets the gauge.
    public func destroyMeter(_ handler: any MeterHandler) { forget(handler) }
    /// Forgets the histogram or gauge.
    public func destroyRecorder(_ handler: any RecorderHandler) { forget(handler) }
    /// Forgets the histogram.
    public func destroyTimer(_ handler: any TimerHandler) { forget(handler) }

    private func forget(_ handler: AnyObject) {
        families.withLock { families in
            families = families.mapValues { family in
                var family = family
                family.series = family.series.filter { $0.value !== handler }
                return family
            }
        }
    }
}
