/// What the counts and a trained model know of a candidate: the first rows of every ``FeatureTable``.
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
    /// Flag: the user dealt with the item in the session that still runs (that which the request names, else the last hour).
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
    public static let popularityCount = PopularityHalfLife.allCases.count
    /// How many half-lives of popularity among users of like experience there are.
    public static let peerPopularityCount = 2
}

extension CandidateFeature {
    /// The middle of what a transformer says: its row where there is none, so that its products vanish.
    static let middleOfTransformer: Float = -6
    /// A transformer's word on an item that it does not know.
    static let unknownTransformer: Float = -8
    /// The least that a transformer says.
    static let leastTransformer: Float = -12
    /// The least that co-visitation says.
    static let leastCoVisitation: Float = -8
    /// The popularity of an item without events: an eighth of one, since below that only the longer half-lives tell items
    /// apart.
    public static let leastPopularity = popularity(level: -.infinity)

    /// The base-2 logarithm of a decayed count as a feature.
    @inline(__always)
    static func popularity(level: Double) -> Float { Float(max(level, -3)) * 0.693_147_18 }

    /// The popularity at a half-life.
    public static func popularity(_ halfLife: PopularityHalfLife) -> CandidateFeature {
        switch halfLife {
        case .hours: .popularity0
        case .day: .popularity1
        case .week: .popularity2
        case .month: .popularity3
        case .ever: .popularity4
        }
    }

    /// The row of the table.
    var row: FeatureRow {
        let (center, factor) = scale
        return FeatureRow("\(self)", center: center, factor: factor, isOfModel: isOfModel)
    }

    private var isOfModel: Bool { self == .transformer || self == .unknownToTransformer || self == .transformerRank }

    /// Roughly the middle of a feature and one over its spread.
    private var scale: (center: Float, factor: Float) {
        switch self {
        case .transformer: (Self.middleOfTransformer, 1 / 3)
        case .popularity0, .popularity1, .popularity2, .popularity3, .popularity4: (1.5, 0.5)
        case .coVisitation, .coVisitationOfLast: (-5, 1 / 3)
        case .ownAgeInEvents, .ownAgeInDays: (1, 0.6)
        case .itemAge, .itemIdle: (3, 0.5)
        default: (0, 1)
        }
    }

    /// The pairs whose product is a term.
    static let products = pairs.map { FeatureProduct("\($0)", "\($1)") }

    private static let pairs: [(CandidateFeature, CandidateFeature)] = [
        (.popularity0, .popularity0), (.popularity1, .popularity1), (.popularity2, .popularity2),
        (.popularity3, .popularity3), (.popularity4, .popularity4), (.coVisitation, .coVisitation),
        (.coVisitationOfLast, .coVisitationOfLast), (.itemAge, .itemAge), (.itemIdle, .itemIdle),
        (.ownAgeInEvents, .ownAgeInEvents), (.ownAgeInDays, .ownAgeInDays), (.transformer, .transformer),
        (.coVisitation, .coVisitationOfLast), (.coVisitation, .popularity1), (.coVisitation, .popularity4),
        (.coVisitation, .own), (.coVisitation, .itemIdle), (.coVisitationOfLast, .own),
        (.popularity1, .popularity4), (.popularity0, .popularity2), (.popularity2, .own), (.popularity2, .itemAge),
        (.popularity2, .itemIdle), (.transformer, .coVisitation), (.transformer, .coVisitationOfLast),
        (.transformer, .popularity2),
    ]
}
