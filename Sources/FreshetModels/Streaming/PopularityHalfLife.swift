/// The half-lives of popularity, the shortest first, called by what they are unless settings say otherwise.
public enum PopularityHalfLife: Int, CaseIterable, Sendable {
    /// Three hours.
    case hours
    /// A day.
    case day
    /// A week.
    case week
    /// Thirty days.
    case month
    /// None: every event counts alike.
    case ever
}
