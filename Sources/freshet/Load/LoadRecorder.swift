import FreshetCore
import Synchronization

/// What became of the requests of one kind.
final class LoadRecorder: Sendable {
    /// One request's end.
    enum Outcome: Sendable {
        /// Answered, perhaps by a version of the model.
        case answered(status: Int, model: String?)
        /// Not answered.
        case failed(String)
    }

    private struct State {
        var all = LatencyHistogram()
        /// By the second in which the request was due.
        var seconds: [LatencyHistogram] = []
        var lag = LatencyHistogram()
        var units = 0
        var statuses: [String: Int] = [:]
        /// The versions that answered in the order of their first answer, with the second of it.
        var models: [LoadReport.Answered] = []
        var lastEnd = 0.0
    }

    private let state = Mutex(State())

    /// Counts a request.
    ///
    /// - Parameters:
    ///   - due: when it should have been sent, in seconds since the start.
    ///   - sent: when it was sent.
    ///   - ended: when the answer was complete.
    ///   - units: what it carried, such as a number of events.
    ///   - outcome: how it ended.
    func record(due: Double, sent: Double, ended: Double, units: Int, outcome: Outcome) {
        state.withLock { state in
            state.lag.record(max(0, sent - due))
            state.lastEnd = max(state.lastEnd, ended)
            switch outcome {
            case .failed(let reason):
                state.statuses[reason, default: 0] += 1
                return
            case .answered(let status, let model):
                state.statuses[String(status), default: 0] += 1
                guard (200..<300).contains(status) else { return }
                if let model, state.models.last?.model != model {
                    state.models.append(.init(second: due, model: model))
                }
            }
            state.units += units
            // Waiting for a slow server is part of the latency (coordinated omission; Tene, "How NOT to measure latency").
            state.all.record(ended - due)
            let second = max(0, Int(due))
            while state.seconds.count <= second { state.seconds.append(LatencyHistogram()) }
            state.seconds[second].record(ended - due)
        }
    }

    /// The figures so far.
    func report(name: String, intended: Double?) -> LoadReport.Stream {
        state.withLock { state in
            let good = state.all.count
            let failed = state.statuses.filter { !$0.key.hasPrefix("2") }.values.reduce(0, +)
            return LoadReport.Stream(
                name: name,
                intendedPerSecond: intended,
                requests: good,
                failed: failed,
                statuses: state.statuses,
                units: state.units,
                requestsPerSecond: Double(good) / max(state.lastEnd, 1e-9),
                unitsPerSecond: Double(state.units) / max(state.lastEnd, 1e-9),
                latency: LoadReport.Latency(state.all),
                sendLag: LoadReport.Latency(state.lag),
                seconds: state.seconds.map(LoadReport.Latency.init),
                models: state.models
            )
        }
    }
}
