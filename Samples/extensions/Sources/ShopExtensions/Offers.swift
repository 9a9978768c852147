import FreshetCore
import FreshetModels
import Synchronization

/// A feature of candidates: whether an item is on offer now.
///
/// What that is worth, the ranker learns.
public final class Offers: CandidateEvidence {
    private let items = Mutex<Set<ItemIndex>>([])

    /// Creates a list of no offers.
    public init() {}

    /// Says what is on offer from now on.
    public func set(_ items: some Sequence<ItemIndex>) { self.items.withLock { $0 = Set(items) } }

    /// One row.
    public let rows = [FeatureRow("onOffer")]
    /// None: an offer is worth the same whatever else is known of the item.
    public let products: [FeatureProduct] = []

    /// Proposes nothing.
    public func propose(for request: CandidateRequest, into set: CandidateSet) {}

    /// 1 for an item on offer.
    public func write(_ request: CandidateRequest, from first: Int, into set: CandidateSet) {
        let items = items.withLock { $0 }
        for place in 0..<set.count where items.contains(set.item(at: place)) { set.write(first, at: place, to: 1) }
    }
}
