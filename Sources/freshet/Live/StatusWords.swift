import FreshetCore
import FreshetEngine

/// What people are told of an engine's state.
enum StatusWords {
    /// The contenders in the order in which they are shown: those whose figures are of the same events.
    private static let contenders = ["live", "learning", "candidate", "frozen", "popularity", "co-visitation"]
    /// The metrics in the order in which they are shown.
    private static let metrics = ["recall@10", "mrr@10"]

    /// How far learning is and which version serves.
    static func learning(_ status: EngineStatus) -> String {
        let learner = status.learner
        var words = "learned \(Words.count(Int(learner.offset))) of \(Words.count(Int(status.log.newestOffset)))"
        if learner.lagEvents > 0 { words += ", \(Words.duration(learner.lagSeconds)) behind" }
        if let share = learner.retraining { words += ", retraining \(Int(share * 100))%" }
        if let lag = learner.candidateLagEvents { words += ", new version \(Words.count(Int(lag))) events behind" }
        return words + "; version \(status.live) serves"
    }

    /// What is missing until a trained version serves, or what the one that serves adds to the counts.
    static func trained(_ learner: EngineStatus.Learner) -> [String] {
        if let first = learner.firstVersion { return [first.message] }
        guard let gain = learner.gain, gain.events > 0, gain.counts > 0 else { return [] }
        func share(_ difference: Double) -> String {
            let percent = 100 * difference / gain.counts
            return "\(percent < 0 ? "" : "+")\(Words.decimal(percent, 1))%"
        }
        return [
            "The trained version adds \(share(gain.live - gain.counts)) to the counts' reciprocal rank "
                + "(\(short(gain.live)) against \(short(gain.counts)) on \(Words.count(gain.events)) events; "
                + "between \(share(gain.low)) and \(share(gain.high)))."
        ]
    }

    /// The prequential figures, a line a metric; empty before there are any.
    static func figures(_ figures: [String: [String: Double]]) -> [String] {
        let names = contenders.filter { figures[$0] != nil }
        return metrics.compactMap { metric in
            let parts = names.compactMap { name in
                figures[name]?[metric].map { "\(name) \(short($0))" }
            }
            return parts.isEmpty ? nil : "\(metric.padded(to: 9))  " + parts.joined(separator: "   ")
        }
    }

    /// A share with three decimals, without the zero before the point.
    static func short(_ share: Double) -> String {
        let text = Words.decimal(share, 3)
        return text.hasPrefix("0") ? String(text.dropFirst()) : text
    }

    /// What is wrong with the engine, a line each.
    static func troubles(_ status: EngineStatus) -> [String] {
        status.health.filter { !$0.isWell }.map { "\($0.part): \($0.message ?? "not well")" }
    }
}

extension String {
    /// The text with blanks at its end up to a length.
    fileprivate func padded(to length: Int) -> String {
        self + String(repeating: " ", count: max(0, length - count))
    }
}
