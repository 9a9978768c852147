import FreshetCore
import FreshetModels

/// Proposes items beside those of ``FreshetModels/CandidateRanker`` (the model's best, what goes together with the
/// user's items, what is popular, the user's own); one row of ``Recommender``'s table, or one of ``PipelineExtensions``.
///
/// Asked for every request, on many threads at once: at most a few hundred items, whatever the size of the catalogue.
public protocol CandidateSource: Sendable {
    /// What its proposals are marked with.
    var mark: CandidateSources { get }

    /// Looks for items.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - model: what the trained model said, before anything was collected.
    /// - Returns: the items it proposes; those that may not appear are sorted out later.
    func items(for request: PipelineRequest, after model: CandidateSet) -> [ItemIndex]
}
