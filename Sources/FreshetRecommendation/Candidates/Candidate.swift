import FreshetCore
import FreshetModels

/// An item on its way through the policies.
public struct Candidate: Sendable, Equatable {
    /// The item.
    public let item: ItemIndex
    /// Who proposed it.
    public var sources: CandidateSources = []
    /// What the policies order by.
    public var score: Float = 0
    /// The natural logarithm of its decayed number of events in the last month, at least
    /// ``FreshetModels/CandidateFeature/leastPopularity``.
    public var popularity = CandidateFeature.leastPopularity
    /// The probability with which the policies put it in its place.
    public var propensity: Float = 1

    /// Creates a candidate that nobody has ranked.
    public init(item: ItemIndex) { self.item = item }

    /// Takes a ranked candidate over.
    init(_ place: Int, of set: CandidateSet) {
        item = set.item(at: place)
        sources = set.sources(at: place)
        score = set.score(at: place)
        popularity = set.feature(.popularity(.month), at: place)
    }

    /// Whether the left one stands above the right one: by score, ties by the lower index.
    public static func isBetter(_ left: Candidate, _ right: Candidate) -> Bool {
        left.score > right.score || (left.score == right.score && left.item < right.item)
    }
}

extension CandidateSources {
    /// What resembles the user's items by words and categories.
    public static let content = CandidateSources(named: "content")
    /// What is near what the user says of themselves.
    public static let profile = CandidateSources(named: "profile")
    /// What is new.
    public static let newItems = CandidateSources(named: "new items")
    /// A scan over everything that a filter lets through.
    public static let scan = CandidateSources(named: "scan")
    /// The caller, for rankings.
    public static let caller = CandidateSources(named: "caller")
}
