import FreshetCore

/// An item that a source of its own proposes to a ``CandidateRanker``.
public struct ProposedItem: Sendable, Equatable {
    /// The item.
    public var item: ItemIndex
    /// Who proposes it.
    public var source: CandidateSources

    /// Creates a proposal.
    public init(item: ItemIndex, source: CandidateSources) {
        self.item = item
        self.source = source
    }
}
