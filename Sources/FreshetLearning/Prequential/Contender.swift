/// One of the models that predict every event before it is learned.
///
/// Any name is allowed; the well-known ones are constants.
public struct Contender: RawRepresentable, Hashable, Sendable, Codable, ExpressibleByStringLiteral,
    CodingKeyRepresentable
{
    /// The name, as the status document shows it.
    public let rawValue: String

    /// Creates a contender from its name.
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Creates a contender from a literal name.
    public init(stringLiteral value: String) { rawValue = value }

    /// What answers requests now.
    public static let live: Contender = "live"
    /// The learner's newest weights.
    public static let learning: Contender = "learning"
    /// A new version that must win before it goes live.
    public static let candidate: Contender = "candidate"
    /// The last state known to be good, which the guard compares the live one with.
    public static let lastGood: Contender = "last_good"
    /// What answered first, never learning: the first trained state, and the first of all until there is one.
    public static let frozen: Contender = "frozen"
    /// A model trained anew every period.
    public static let retrain: Contender = "retrain"
    /// The same without a transformer: all that streams, weighed as always.
    public static let counts: Contender = "counts"
    /// The counts without what is said of the items: what reading adds is the difference.
    public static let countsUnread: Contender = "counts-unread"
    /// Decayed popularity.
    public static let popularity: Contender = "popularity"
    /// Decayed co-visitation.
    public static let coVisitation: Contender = "co-visitation"
}
