/// Decides what may appear and where; one row of ``Recommender``'s table.
protocol Policy: Sendable {
    /// Arranges the candidates, which come best first; the first `query.count` of what is left are shown.
    func arrange(_ candidates: inout [Candidate], for request: Request)
}
