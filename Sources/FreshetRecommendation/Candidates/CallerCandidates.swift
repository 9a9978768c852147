import FreshetCore
import FreshetModels

/// The items that a ranking is asked for.
struct CallerCandidates: CandidateSource {
    let mark = CandidateSources.caller

    func items(for request: PipelineRequest, after model: CandidateSet) -> [ItemIndex] {
        request.query.candidates ?? []
    }
}
