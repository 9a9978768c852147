import FreshetCore
import FreshetData

/// Takes from what resembles a user's dislikes more than their likings, by words, categories and attributes.
///
/// With strength `s` a candidate loses `s` times the difference of both likenesses, each 0 to 1. It speaks where counting
/// knows nothing yet: of items that few have disliked so far, and of a user who has said no more than what they do not
/// want.
struct DislikePolicy: Policy {
    func arrange(_ candidates: inout [Candidate], for request: PipelineRequest) {
        let strength = Float(request.policies.dislikes)
        let dislikes = request.query.history.dislikes
        guard strength > 0, dislikes.count > 0 else { return }
        let disliked = request.profile(of: dislikes.items)
        guard !disliked.isEmpty else { return }
        for place in candidates.indices {
            let item = candidates[place].item
            let likeness = disliked.likeness(to: item)
            guard likeness > 0 else { continue }
            candidates[place].score -= strength * max(0, likeness - request.profile.likeness(to: item))
        }
        candidates.sort(by: Candidate.isBetter)
    }
}
