import FreshetCore

/// What a policy would have been worth, from the log of another one that showed things by chance.
///
/// Each logged decision stands for as many of the judged policy as its chance there is larger. Four estimators, of which the
/// later vary less where the two policies differ much:
///
/// - **IPS**, inverse propensity scoring: the mean of weighted rewards. Unbiased (Horvitz and Thompson, 1952).
/// - **SNIPS**: the weighted mean, so that weights which happen to be large in sum do no harm (Swaminathan and Joachims,
///   NIPS 2015).
/// - **Doubly robust**: a model's expectation, corrected by the weighted errors that it made; right if either the model or
///   the propensities are (Dudík, Langford and Li, ICML 2011). Without a model the mean reward is what is expected.
/// - **Switch**: doubly robust up to a weight, the model alone beyond. The weight is the one for which variance plus the
///   bound of the squared bias is smallest (Wang, Agarwal and Dudík, ICML 2017).
public struct OffPolicyEvaluation: Sendable, Equatable, Codable {
    /// Below how many effective events nothing is said.
    public static let leastEffectiveEvents = 100.0
    /// Above which share of all weights a single event silences everything.
    public static let largestShare = 0.05

    /// How many events were logged.
    public let events: Int
    /// What the logging policy was worth: the mean reward.
    public let logged: Double
    /// How many events of the judged policy's own would say as much: `(Σw)² / Σw²`.
    public let effectiveEvents: Double
    /// The largest weight.
    public let largestWeight: Double
    /// Its share of all weights.
    public let largestWeightShare: Double
    /// Inverse propensity scoring.
    public let ips: OffPolicyEstimate
    /// Its self-normalized form.
    public let snips: OffPolicyEstimate
    /// The doubly robust estimate.
    public let doublyRobust: OffPolicyEstimate
    /// Switch.
    public let switchEstimate: OffPolicyEstimate
    /// Up to which weight switch corrects the model.
    public let switchWeight: Double

    enum CodingKeys: String, CodingKey {
        case events, logged, ips, snips
        case effectiveEvents = "effective_events"
        case largestWeight = "largest_weight"
        case largestWeightShare = "largest_weight_share"
        case doublyRobust = "doubly_robust"
        case switchEstimate = "switch"
        case switchWeight = "switch_weight"
    }

    /// Estimates what a policy is worth.
    /// - Throws: ``FreshetError`` of kind `invalidData` where the log says too little of it.
    public init(_ decisions: [LoggedDecision]) throws {
        events = decisions.count
        let weights = decisions.map(\.weight)
        let sum = weights.reduce(0, +)
        let squares = weights.reduce(0) { $0 + $1 * $1 }
        effectiveEvents = squares > 0 ? sum * sum / squares : 0
        largestWeight = weights.max() ?? 0
        largestWeightShare = sum > 0 ? largestWeight / sum : 0
        try Self.check(effectiveEvents: effectiveEvents, largestWeightShare: largestWeightShare)

        let count = Double(decisions.count)
        let mean = decisions.reduce(0) { $0 + $1.reward } / count
        logged = mean
        ips = OffPolicyEstimate(terms: decisions.map { $0.weight * $0.reward })
        let normalized = decisions.reduce(0) { $0 + $1.weight * $1.reward } / sum
        let spread = decisions.reduce(0.0) { total, decision in
            let term = decision.weight * (decision.reward - normalized)
            return total + term * term
        }
        snips = OffPolicyEstimate(value: normalized, error: spread.squareRoot() / sum)
        doublyRobust = Self.corrected(decisions, mean: mean, upTo: .infinity)
        let limit = Self.switchWeight(decisions, weights: weights, sum: sum, mean: mean)
        switchWeight = limit
        switchEstimate = Self.corrected(decisions, mean: mean, upTo: limit)
    }

    /// The model's expectation, corrected where the weight is small enough.
    static func corrected(_ decisions: [LoggedDecision], mean: Double, upTo limit: Double) -> OffPolicyEstimate {
        OffPolicyEstimate(
            terms: decisions.map { decision in
                let expected = decision.expected ?? mean
                guard decision.weight <= limit else { return expected }
                return expected + decision.weight * (decision.reward - (decision.predicted ?? mean))
            }
        )
    }

    /// The weight with the smallest bound of the mean squared error, among 20 quantiles.
    private static func switchWeight(
        _ decisions: [LoggedDecision],
        weights: [Double],
        sum: Double,
        mean: Double
    ) -> Double {
        let sorted = weights.sorted()
        let largestReward = decisions.reduce(0) { max($0, abs($1.reward)) }
        let candidates = (1...20).map { sorted[($0 * sorted.count + 19) / 20 - 1] }
        let errors = candidates.map { limit in
            let estimate = corrected(decisions, mean: mean, upTo: limit)
            let error = (estimate.high - estimate.value) / 1.959963984540054
            let left = weights.reduce(0) { $1 > limit ? $0 + $1 : $0 } / sum
            return error * error + largestReward * largestReward * left * left
        }
        let best = errors.indices.min { errors[$0] < errors[$1] } ?? 0
        return candidates[best]
    }

    private static func check(effectiveEvents: Double, largestWeightShare: Double) throws {
        let problem: String
        if effectiveEvents < leastEffectiveEvents {
            problem =
                "The log says as much of this policy as \((effectiveEvents * 10).rounded() / 10) events of its own would, "
                + "and \(Int(leastEffectiveEvents)) are needed."
        } else if largestWeightShare > largestShare {
            problem =
                "A single event is \(VerdictJudge.percent(largestWeightShare)) of all weights; "
                + "\(VerdictJudge.percent(largestShare)) is the most that is borne."
        } else {
            return
        }
        throw FreshetError(
            .invalidData,
            "\(problem) Any estimate would be a matter of chance.",
            remedy: "Log more events, log a policy that explores more, or judge one that is closer to the logged one."
        )
    }
}
