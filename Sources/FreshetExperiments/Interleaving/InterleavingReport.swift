/// What interleaved answers have shown, with the verdict in words.
public struct InterleavingReport: Sendable, Equatable, Encodable {
    /// What one ranker has won against the first.
    public struct Ranker: Sendable, Equatable, Encodable {
        /// The variant.
        public let variant: String
        /// In how many answers it had more clicks than the first.
        public let wins: Int
        /// In how many the first had more.
        public let losses: Int
        /// In how many with a click both had as many.
        public let ties: Int
        /// The share of answers won, a tie being half of one, above one half; `nil` without data.
        public let preference: Double?
        /// The lower end of its interval, which holds at all times.
        public let low: Double?
        /// The upper end.
        public let high: Double?
        /// The p-value, valid at every look, corrected for the number of rankers.
        public let pValue: Double

        enum CodingKeys: String, CodingKey {
            case variant, wins, losses, ties, preference, low, high
            case pValue = "p_value"
        }
    }

    /// The experiment.
    public let id: String
    /// For how many days it has run.
    public let days: Double
    /// The second and further variants beside the first.
    public let rankers: [Ranker]
    /// The verdict.
    public let verdict: Verdict
    /// The variant that the verdict is about, if it is about one.
    public let variant: String?
    /// What is preferred, how sure that is, and what to do next.
    public let words: String

    /// Judges an experiment; may be called at every moment.
    ///
    /// - Parameters:
    ///   - experiment: the experiment, whose variants are the rankers.
    ///   - test: what its answers have shown.
    ///   - days: for how many days it has run.
    public init(_ experiment: Experiment, test: InterleavingTest, days: Double) {
        let (rules, names) = (experiment.rules, experiment.variants.map(\.name))
        let pValues = test.pValues
        id = experiment.id
        self.days = days
        rankers = test.scores.indices.map { place in
            let (score, interval) = (test.scores[place], test.interval(place, alpha: rules.alpha))
            return Ranker(
                variant: names[place + 1],
                wins: score.wins,
                losses: score.losses,
                ties: score.ties,
                preference: score.preference,
                low: interval?.lowerBound,
                high: interval?.upperBound,
                pValue: pValues[place]
            )
        }
        let found = rankers.filter { $0.pValue <= rules.alpha }
        let best = found.filter { ($0.preference ?? 0) > 0 }.max { ($0.preference ?? 0) < ($1.preference ?? 0) }
        if days < rules.minimumDays {
            (verdict, variant) = (.tooEarly, nil)
        } else if let best {
            (verdict, variant) = (.better, best.variant)
        } else if found.count == rankers.count {
            (verdict, variant) = (.worse, nil)
        } else {
            (verdict, variant) = (.undecided, nil)
        }
        words = Self.words(verdict, best: best, rankers, first: names[0], days: days, rules)
    }

    private static func words(
        _ verdict: Verdict,
        best: Ranker?,
        _ rankers: [Ranker],
        first: String,
        days: Double,
        _ rules: VerdictRules
    ) -> String {
        let scores = rankers.map { score(of: $0, against: first) }.joined(separator: "; ")
        let chance =
            "such a verdict is wrong in at most \(VerdictJudge.percent(rules.alpha)) of experiments, however often one looks"
        switch verdict {
        case .better:
            guard let best else { return scores }
            return "\(score(of: best, against: first)); \(chance). Next: ship '\(best.variant)'."
        case .worse: return "\(scores); \(chance). Next: keep '\(first)'."
        case .tooEarly:
            return "It is too early: \(VerdictJudge.number(days)) of \(VerdictJudge.number(rules.minimumDays)) days. "
                + "So far: \(scores). Next: wait."
        default: return "Nothing is shown yet: \(scores). Next: wait; the intervals may be looked at all the time."
        }
    }

    private static func score(of ranker: Ranker, against first: String) -> String {
        let answers = ranker.wins + ranker.losses + ranker.ties
        guard let preference = ranker.preference, let low = ranker.low, let high = ranker.high else {
            return "'\(ranker.variant)' has no clicked answers to compare with '\(first)'"
        }
        return "'\(ranker.variant)' won \(VerdictJudge.percent(0.5 + preference)) of \(answers) clicked answers "
            + "against '\(first)' (\(VerdictJudge.percent(0.5 + low)) to \(VerdictJudge.percent(0.5 + high)))"
    }
}
