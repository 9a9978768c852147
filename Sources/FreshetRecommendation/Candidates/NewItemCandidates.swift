import FreshetCore
import FreshetModels

/// New items that resemble what the user deals with: without an event, nothing that counts can know them.
struct NewItemCandidates: CandidateSource {
    /// The number of newest items that are compared.
    ///
    /// Every request pays for it; ``NewItemPolicy`` looks further when it draws.
    private static let window = 32
    /// An item that resembles the user's less is not proposed.
    private static let threshold: Float = 0.2

    let mark = CandidateSources.newItems

    func items(for request: PipelineRequest, after model: CandidateSet) -> [ItemIndex] {
        guard request.query.candidates == nil, !request.newItems.isEmpty, !request.profile.isEmpty else { return [] }
        return request.newItems.prefix(Self.window).filter { request.profile.likeness(to: $0) >= Self.threshold }
    }
}
