/// What fake users do beside their targets.
public enum AttackKind: String, Sendable, Codable, CaseIterable {
    /// Items drawn at random (Lam and Riedl, "Shilling recommender systems for fun and profit", WWW 2004).
    case random
    /// Items drawn in proportion to their events, as anybody chooses: the average and bandwagon attacks where events have no
    /// values (Mobasher et al., "Toward trustworthy recommender systems", ACM TOIT 2007).
    case popular
    /// The items whose users are most like the target's, so that it is shown to those who like such items (Mobasher et al., 2007).
    case segment
    /// Pieces of real users' sequences that end with a popular item, and the target right after: made for models of order
    /// (Zhang et al., "PoisonRec", ICDE 2020, and Yue et al., "Black-box attacks on sequential recommenders", RecSys 2021,
    /// learn such sequences; here nothing is learned).
    case sequence

    /// A line for people.
    public var summary: String {
        switch self {
        case .random: "targets among random items"
        case .popular: "targets among popular items (average, bandwagon)"
        case .segment: "targets among the items most like them"
        case .sequence: "targets right after popular items, in pieces of real sequences"
        }
    }
}
