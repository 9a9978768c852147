/// What an experiment has shown, with the verdict in words.
public struct ExperimentReport: Sendable, Equatable, Encodable {
    /// The experiment.
    public let id: String
    /// For how many days it has run.
    public let days: Double
    /// How many units each variant has, by name.
    public let units: [String: Int]
    /// The p-value of the variants' shares, valid at every look.
    public let ratioPValue: Double
    /// The metrics, the first of them the one that decides.
    public let metrics: [ComparedMetric]
    /// What must not become worse.
    public let guardrails: [ComparedMetric]
    /// The deciding metric by segment; to look at, not to decide by.
    public let segments: [ComparedMetric]
    /// The verdict.
    public let verdict: Verdict
    /// The variant that the verdict is about, if it is about one.
    public let variant: String?
    /// What changed, how sure that is, and what to do next.
    public let words: String

    enum CodingKeys: String, CodingKey {
        case id, days, units, metrics, guardrails, segments, verdict, variant, words
        case ratioPValue = "ratio_p_value"
    }

    /// Judges an experiment; may be called at every moment.
    ///
    /// - Parameters:
    ///   - experiment: the experiment.
    ///   - data: what its units did.
    ///   - days: for how many days it has run.
    public init(_ experiment: Experiment, data: ExperimentData, days: Double) {
        let rules = experiment.rules
        let names = experiment.variants.map(\.name)
        func compare(_ place: Int, _ sums: [[ArmSums]], segment: String? = nil) -> [ComparedMetric] {
            let arms = data.compared(sums[place])
            return Self.corrected(
                names.indices.dropFirst().map { variant in
                    ComparedMetric(
                        data.metrics[place],
                        variant: names[variant],
                        segment: segment,
                        control: arms[0],
                        treatment: arms[variant],
                        rules: rules
                    )
                }
            )
        }
        id = experiment.id
        self.days = days
        units = Dictionary(uniqueKeysWithValues: zip(names, data.unitCounts))
        ratioPValue = data.ratio.pValue
        let own = experiment.metrics.count
        metrics = data.metrics.indices.prefix(own).flatMap { compare($0, data.sums) }
        guardrails = data.metrics.indices.dropFirst(own).flatMap { compare($0, data.sums) }
        let parts = data.segments.sorted { $0.key < $1.key }
        segments = Self.corrected(parts.flatMap { compare(0, $0.value, segment: $0.key) })
        let judge = VerdictJudge(
            rules: rules,
            days: days,
            leastUnits: data.unitCounts.min() ?? 0,
            sharesAreOff: data.ratio.isOff(alpha: rules.ratioAlpha),
            goal: metrics.filter { $0.metric == experiment.metrics[0] },
            guardrails: guardrails
        )
        (verdict, variant) = judge.verdict
        words = judge.words
    }

    /// Corrects the p-values of questions that are asked together.
    private static func corrected(_ compared: [ComparedMetric]) -> [ComparedMetric] {
        zip(compared, Holm.adjusted(compared.map(\.pValue))).map { metric, pValue in
            var metric = metric
            metric.pValue = pValue
            return metric
        }
    }
}
