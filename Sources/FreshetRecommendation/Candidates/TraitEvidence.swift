import FreshetCore
import FreshetModels

/// What the items of a catalogue are, by their first categories, tags and attributes that are texts, for rankers that want to
/// know; it proposes nothing and fills no rows.
public struct TraitEvidence: CandidateEvidence, ItemTraits {
    private let catalog: CatalogView

    /// Creates evidence of what the items of a catalogue are whenever it is asked.
    public init(of catalog: CatalogView) { self.catalog = catalog }

    /// None.
    public var rows: [FeatureRow] { [] }

    /// None.
    public var products: [FeatureProduct] { [] }

    /// Proposes nothing.
    public func propose(for request: CandidateRequest, into set: CandidateSet) {}

    /// Writes nothing.
    public func write(_ request: CandidateRequest, from first: Int, into set: CandidateSet) {}

    /// Calls `body` with a look-up in the catalogue of now.
    public func withTraits(_ body: (_ traits: (ItemIndex) -> [UInt32]) -> Void) {
        let catalog = catalog.current()
        body { catalog.traits(of: $0) }
    }
}
