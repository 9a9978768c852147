import FreshetModels

/// The items that the trained model scores best.
struct ModelCandidates: CandidateSource {
    func propose(for request: Request, into candidates: inout CandidateSet) {
        let best = request.model.best(
            request.candidateCount,
            excluding: [Array(request.forbidden), Array(request.query.excluded)].joined()
        )
        for found in best { candidates.add(found.item, from: .model) }
    }
}
