/// Proposes items for a request; one row of ``Recommender``'s table.
protocol CandidateSource: Sendable {
    /// Adds what it has found to the candidates.
    func propose(for request: Request, into candidates: inout CandidateSet)
}
