import FreshetData

/// The items that the user dealt with last: in shops, most of what is bought was bought before.
struct OwnCandidates: CandidateSource {
    /// So many newest events are looked at.
    private static let events = 50

    func propose(for request: Request, into candidates: inout CandidateSet) {
        for item in request.query.history.items.suffix(Self.events) { candidates.add(item, from: .history) }
    }
}
