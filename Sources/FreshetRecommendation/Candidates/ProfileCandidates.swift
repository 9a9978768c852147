import FreshetCore
import FreshetModels

/// What is near what a newcomer says of themselves: looks at every item's vector, which only those few pay for.
struct ProfileCandidates: CandidateSource {
    /// The number of nearest items that are proposed.
    private static let count = 50

    let mark = CandidateSources.profile

    func items(for request: PipelineRequest, after model: CandidateSet) -> [ItemIndex] {
        guard request.query.candidates == nil, let vectors = request.vectors,
            request.query.likes.belongs(to: vectors)
        else { return [] }
        return vectors.nearest(Self.count, to: request.query.likes.numbers, where: request.admits).map(\.item)
    }
}
