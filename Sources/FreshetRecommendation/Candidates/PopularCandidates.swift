import FreshetModels

/// What is popular now: the answer for a user of whom nothing is known, and what fills a list that nothing else does.
struct PopularCandidates: CandidateSource {
    /// Of popular items, so many are proposed for each that is wanted.
    private static let share = 2

    func propose(for request: Request, into candidates: inout CandidateSet) {
        let limit = request.model.isSilent ? request.candidateCount : Self.share * request.query.count
        let hidden = request.forbidden.count + request.query.excluded.count
        for found in request.streaming.popularItems(limit: limit + hidden, at: request.query.time) {
            candidates.add(found.item, from: .popularity)
        }
    }
}
