/// Decides what may appear and where; one row of ``Recommender``'s table, or one of ``PipelineExtensions``.
///
/// Runs for every request over a few hundred candidates, on many threads at once: no work that grows with the catalogue.
public protocol Policy: Sendable {
    /// Arranges the candidates, which come best first; the first `query.count` of what is left are shown.
    func arrange(_ candidates: inout [Candidate], for request: PipelineRequest)
}
