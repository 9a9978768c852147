import FreshetCore

/// What `freshet bench-http` reports.
struct LoadReport: Sendable, Encodable {
    /// Milliseconds.
    struct Latency: Sendable, Encodable {
        let count: Int
        let mean: Double
        let p50: Double
        let p90: Double
        let p99: Double
        let p999: Double
        let max: Double

        init(_ histogram: LatencyHistogram) {
            count = histogram.count
            mean = histogram.count == 0 ? 0 : histogram.sum / Double(histogram.count) * 1000
            p50 = histogram.quantile(0.5) * 1000
            p90 = histogram.quantile(0.9) * 1000
            p99 = histogram.quantile(0.99) * 1000
            p999 = histogram.quantile(0.999) * 1000
            max = histogram.longest * 1000
        }
    }

    /// A version of the model and the second of its first answer after another version's.
    struct Answered: Sendable, Encodable {
        let second: Double
        let model: String
    }

    /// The requests of one kind.
    struct Stream: Sendable, Encodable {
        let name: String
        /// Requests a second that were due; `nil` where each connection sends as soon as it has its answer.
        let intendedPerSecond: Double?
        let requests: Int
        let failed: Int
        let statuses: [String: Int]
        /// Events, or recommendations asked for.
        let units: Int
        let requestsPerSecond: Double
        let unitsPerSecond: Double
        /// From the moment at which a request was due to the end of its answer.
        let latency: Latency
        /// From the moment at which a request was due to its sending: what the client itself adds.
        let sendLag: Latency
        /// The latency of each second's requests.
        let seconds: [Latency]
        let models: [Answered]
    }

    let seconds: Double
    let streams: [Stream]

    var words: String {
        var table = ConsoleTable(header: [
            "requests", "a second", "units/s", "failed", "p50 ms", "p99 ms", "p99.9 ms", "most",
        ])
        for stream in streams {
            table.rows.append([
                stream.name,
                Words.decimal(stream.requestsPerSecond, 0),
                Words.decimal(stream.unitsPerSecond, 0),
                Words.count(stream.failed),
                Words.decimal(stream.latency.p50, 2),
                Words.decimal(stream.latency.p99, 2),
                Words.decimal(stream.latency.p999, 2),
                Words.decimal(stream.latency.max, 1),
            ])
        }
        return table.text
    }
}
