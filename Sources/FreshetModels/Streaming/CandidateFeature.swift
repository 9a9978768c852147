/// What the fused score of a candidate is made of: the positions of a candidate's feature vector.
///
/// All are natural logarithms or flags, so that a weight of 1 on a logarithm makes the softmax of the scores
/// proportional to what it is the logarithm of. A flag is 1 or 0.
public enum CandidateFeature: Int, CaseIterable, Sendable, Codable {
    /// The transformer's logit less the log-sum-exp of its best items, at least −12; −6 without a transformer, where its
    /// products vanish.
    case transformer
    /// Flag: there is a transformer, but it does not know the item yet.
    case unknownToTransformer
    /// 1 over the item's rank by the transformer, 0 below its candidates.
    case transformerRank
    /// The decayed count at the first half-life, as a logarithm not below that of 1/8.
    case popularity0
    /// The same at the second half-life.
    case popularity1
    /// The same at the third half-life.
    case popularity2
    /// The same at the fourth half-life.
    case popularity3
    /// The same at the fifth half-life.
    case popularity4
    /// The decayed count by users with histories of like length, as a logarithm not below that of 1/8.
    case peerPopularity0
    /// The same at the second half-life of these.
    case peerPopularity1
    /// Co-visitation's score for the history, as a logarithm not below −8.
    case coVisitation
    /// The same for the newest event alone.
    case coVisitationOfLast
    /// Flag: co-visitation knows nothing of the item for this history.
    case notCoVisited
    /// Flag: the user dealt with the item before.
    case own
    /// Flag: the user dealt with the item in the session that still runs (the last hour).
    case ownInSession
    /// Flag: the item is that of the user's newest event.
    case ownNewest
    /// ln(1 + events since the user's last one on the item); 0 for others' items.
    case ownAgeInEvents
    /// ln(1 + days since the user's last event on the item); 0 for others' items.
    case ownAgeInDays
    /// ln of the number of the user's events on the item; 0 for others' items.
    case ownCount
    /// ln(1 + how often the item came within three events of the newest one's item in the user's own past).
    case ownFollower
    /// ln(1 + days since the item's first event).
    case itemAge
    /// ln(1 + hours since the item's last event).
    case itemIdle

    /// How many half-lives of popularity there are.
    public static let popularityCount = 5
    /// How many half-lives of popularity among users of like experience there are.
    public static let peerPopularityCount = 2
}

/// Where a candidate comes from; several may hold.
public struct CandidateSources: OptionSet, Sendable, Codable, Hashable {
    /// The bits.
    public let rawValue: UInt8

    /// Creates a set of sources from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The transformer's best items.
    public static let transformer = CandidateSources(rawValue: 1)
    /// What follows the user's latest items.
    public static let coVisitation = CandidateSources(rawValue: 2)
    /// What is popular now.
    public static let popularity = CandidateSources(rawValue: 4)
    /// The user's own items.
    public static let own = CandidateSources(rawValue: 8)
}

/// The kinds of situation that have fusion weights of their own.
public enum CandidateSegment: Int, CaseIterable, Sendable, Codable {
    /// Nothing is known of the user.
    case noHistory
    /// A short history whose session still runs, without a transformer.
    case shortInSession
    /// A longer history whose session still runs, without a transformer.
    case longInSession
    /// A short history at the start of a session, without a transformer.
    case shortReturning
    /// A longer history at the start of a session, without a transformer.
    case longReturning
    /// A short history whose session still runs, with a transformer.
    case shortInSessionWithTransformer
    /// A longer history whose session still runs, with a transformer.
    case longInSessionWithTransformer
    /// A short history at the start of a session, with a transformer.
    case shortReturningWithTransformer
    /// A longer history at the start of a session, with a transformer.
    case longReturningWithTransformer

    /// Up to how many events a history is short.
    static let shortHistory = 5

    init(historyLength: Int, isReturning: Bool, hasTransformer: Bool) {
        guard historyLength > 0 else {
            self = .noHistory
            return
        }
        switch (historyLength > Self.shortHistory, isReturning) {
        case (false, false): self = hasTransformer ? .shortInSessionWithTransformer : .shortInSession
        case (true, false): self = hasTransformer ? .longInSessionWithTransformer : .longInSession
        case (false, true): self = hasTransformer ? .shortReturningWithTransformer : .shortReturning
        case (true, true): self = hasTransformer ? .longReturningWithTransformer : .longReturning
        }
    }

    /// For a situation with a transformer, the same without; else `nil`.
    var withoutTransformer: CandidateSegment? {
        switch self {
        case .shortInSessionWithTransformer: .shortInSession
        case .longInSessionWithTransformer: .longInSession
        case .shortReturningWithTransformer: .shortReturning
        case .longReturningWithTransformer: .longReturning
        case .noHistory, .shortInSession, .longInSession, .shortReturning, .longReturning: nil
        }
    }
}
