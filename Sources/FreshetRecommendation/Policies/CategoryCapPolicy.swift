import FreshetCore

/// Holds back what would be one too many of its category; where nothing else is left, the best of those fill the list.
struct CategoryCapPolicy: Policy {
    func arrange(_ candidates: inout [Candidate], for request: PipelineRequest) {
        guard let limit = request.policies.maximumPerCategory else { return }
        var counts: [UInt32: Int] = [:]
        var kept: [Candidate] = []
        var heldBack: [Candidate] = []
        for candidate in candidates {
            let categories = request.catalog.details(of: candidate.item)?.categories ?? []
            if categories.contains(where: { counts[$0, default: 0] >= limit }) {
                heldBack.append(candidate)
            } else {
                for category in categories { counts[category, default: 0] += 1 }
                kept.append(candidate)
            }
        }
        candidates = kept + heldBack
    }
}
