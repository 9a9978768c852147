import FreshetExperiments

/// What users chose where a candidate and the live version made answers together.
public struct PreferenceEvidence: Sendable, Equatable, Codable {
    /// In how many answers the candidate's places had more clicks.
    public let wins: Int
    /// In how many the live version's had more.
    public let losses: Int
    /// In how many with a click both had as many.
    public let ties: Int
    /// The share of answers that the candidate won, a tie being half of one, above one half.
    public let preference: Double
    /// The lower end of its interval, which holds at all times.
    public let low: Double
    /// The upper end.
    public let high: Double
    /// The p-value, valid at every look.
    public let pValue: Double

    /// What a test of the candidate, as its second ranker, against the live version says; `nil` while it says nothing.
    ///
    /// - Parameters:
    ///   - test: the test.
    ///   - alpha: the chance with which the interval may miss the preference.
    public init?(_ test: InterleavingTest, alpha: Double = 0.05) {
        guard let preference = test.scores[0].preference, let interval = test.interval(alpha: alpha) else { return nil }
        (wins, losses, ties) = (test.scores[0].wins, test.scores[0].losses, test.scores[0].ties)
        self.preference = preference
        (low, high) = (interval.lowerBound, interval.upperBound)
        pValue = test.pValues[0]
    }

    /// How many answers with a click there were.
    public var answers: Int { wins + losses + ties }

    /// The evidence by name, for a decision.
    var figures: [String: Double] {
        [
            "interleaved_answers": Double(answers),
            "preference": preference,
            "preference_low": low,
            "preference_high": high,
            "preference_p_value": pValue,
        ]
    }
}
