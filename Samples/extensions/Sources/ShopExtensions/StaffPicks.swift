import FreshetCore
import FreshetModels
import FreshetRecommendation
import Synchronization

extension CandidateSources {
    /// What the staff recommends.
    public static let staffPicks = CandidateSources(named: "staff picks")
}

/// A source of candidates: what the staff recommends, whether or not anybody has chosen it yet.
public final class StaffPicks: CandidateSource {
    private let items = Mutex<[ItemIndex]>([])

    /// Creates a list of no picks.
    public init() {}

    /// Says what is recommended from now on: a few dozen items at most, since all are proposed to everybody.
    public func set(_ items: [ItemIndex]) { self.items.withLock { $0 = items } }

    /// The mark of its proposals.
    public let mark = CandidateSources.staffPicks

    /// All picks; none where the caller says which items are to be ranked.
    public func items(for request: PipelineRequest, after model: CandidateSet) -> [ItemIndex] {
        request.query.candidates == nil ? items.withLock { $0 } : []
    }
}

/// A policy: the best of the staff's picks has a place of its own.
public struct PickPolicy: Policy {
    /// The place, from 0.
    public var place: Int

    /// Creates the policy.
    public init(place: Int) { self.place = place }

    /// Moves the first pick to its place.
    public func arrange(_ candidates: inout [Candidate], for request: PipelineRequest) {
        guard let first = candidates.firstIndex(where: { $0.sources.contains(.staffPicks) }), place < candidates.count
        else { return }
        candidates.insert(candidates.remove(at: first), at: place)
    }
}
