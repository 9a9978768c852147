import FreshetCore
import FreshetExperiments

extension Evaluate {
    /// Estimates what a policy would have been worth, from the log of another.
    /// - Throws: ``FreshetError`` when the log cannot be read or says too little of the policy.
    func evaluateLogged(_ path: String, _ console: Console) throws {
        let result = try OffPolicyEvaluation(LoggedFile.read(path, policy: policy))
        try console.result(result) { Self.words(result) }
    }

    private static func words(_ result: OffPolicyEvaluation) -> String {
        var table = ConsoleTable(header: ["estimator", "mean reward", "low", "high", "of the logged policy's"])
        let estimates = [
            ("inverse propensity", result.ips), ("self-normalized", result.snips),
            ("doubly robust", result.doublyRobust), ("switch", result.switchEstimate),
        ]
        for (name, estimate) in estimates {
            let relative = result.logged > 0 ? Words.decimal(estimate.value / result.logged, 4) : "–"
            table.rows.append(
                [name] + [estimate.value, estimate.low, estimate.high].map { Words.decimal($0, 6) } + [relative]
            )
        }
        return """
            \(Words.count(result.events)) logged decisions, mean reward \(Words.decimal(result.logged, 6)). \
            They say as much of the policy as \(Words.count(Int(result.effectiveEvents))) of its own; \
            the largest weight is \(Words.decimal(result.largestWeight, 2)), \
            \(Words.decimal(100 * result.largestWeightShare, 2))% of all. Intervals: 95%, for one look.

            \(table.text)
            """
    }
}
