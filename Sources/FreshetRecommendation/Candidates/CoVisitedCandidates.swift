import FreshetModels

/// What goes together with the user's items, counted from the stream: it knows items that came after the last training.
struct CoVisitedCandidates: CandidateSource {
    func propose(for request: Request, into candidates: inout CandidateSet) {
        let limit = request.candidateCount / 2 + request.forbidden.count
        let companions = request.streaming.companions(
            of: request.query.history,
            limit: limit,
            at: request.query.time
        )
        for found in companions {
            candidates.add(found.item, from: .coVisitation) { $0.coVisitation = found.score }
        }
    }
}
