/// What an experiment has shown so far.
public enum Verdict: String, Sendable, Codable, CaseIterable {
    /// It has not run for long enough, or on enough units.
    case tooEarly = "too_early"
    /// The variants' shares of units are off, so that nothing can be said.
    case sharesAreOff = "shares_are_off"
    /// A guardrail became worse.
    case harmful
    /// A variant is better than the first.
    case better
    /// Every variant is worse than the first.
    case worse
    /// The effect is smaller than the smallest of interest.
    case noDifference = "no_difference"
    /// Nothing is shown yet.
    case undecided
}
