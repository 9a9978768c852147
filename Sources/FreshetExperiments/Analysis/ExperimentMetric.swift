import FreshetCore

/// What an experiment can be judged by: a ratio of two sums, and which direction is good.
public struct ExperimentMetric: Sendable, Equatable {
    /// The name by which experiments ask for it.
    public let name: String
    /// What it says, for a sentence.
    public let words: String
    /// Whether more is better.
    public let isHigherBetter: Bool

    /// The metrics that feedback gives.
    public static let known = [
        ExperimentMetric(name: "ctr", words: "clicks per item seen", isHigherBetter: true),
        ExperimentMetric(name: "conversion", words: "purchases per answer", isHigherBetter: true),
        ExperimentMetric(name: "value", words: "value per answer", isHigherBetter: true),
        ExperimentMetric(name: "profit", words: "profit per answer", isHigherBetter: true),
        ExperimentMetric(name: "acceptance", words: "answers with a click", isHigherBetter: true),
        ExperimentMetric(name: "satisfaction", words: "stated satisfaction", isHigherBetter: true),
        ExperimentMetric(name: "latency", words: "milliseconds per answer", isHigherBetter: false),
        ExperimentMetric(name: "empty", words: "empty answers", isHigherBetter: false),
    ]

    /// The metric of a name.
    /// - Throws: ``FreshetError`` of kind `usage` that lists the known ones.
    public static func named(_ name: String) throws -> ExperimentMetric {
        guard let metric = known.first(where: { $0.name == name }) else {
            throw FreshetError.unknown("metric", name, known: known.map(\.name))
        }
        return metric
    }
}
