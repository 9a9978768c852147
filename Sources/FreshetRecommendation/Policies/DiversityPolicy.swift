import FreshetCore

/// Fills each place with the candidate that is good and unlike what stands above it: maximal marginal relevance
/// (Carbonell and Goldstein, SIGIR 1998).
///
/// With trade-off `λ` a place goes to the candidate with the highest `(1 - λ) · relevance - λ · likeness`, the relevance
/// being the score brought to 0 ... 1 and the likeness that to the most similar item above. Two items are as alike as the
/// cosine of the model's vectors, where it has both, else as the share of the categories and tags that they have in
/// common (Jaccard), or of the words where there are none.
struct DiversityPolicy: Policy {
    /// How many times the places are arranged, so that the policies that follow have spare ones.
    private static let spare = 3

    func arrange(_ candidates: inout [Candidate], for request: PipelineRequest) {
        let tradeOff = Float(request.query.diversity ?? request.policies.diversity)
        guard tradeOff > 0, candidates.count > 2 else { return }
        let best = candidates[0].score
        let range = max(best - candidates[candidates.count - 1].score, .leastNormalMagnitude)
        let relevance = candidates.map { ($0.score - best) / range + 1 }
        let likeness = ItemLikeness(of: candidates.map(\.item), request)
        let places = min(candidates.count, Self.spare * request.query.count)

        var highest = [Float](repeating: 0, count: candidates.count)
        var isChosen = [Bool](repeating: false, count: candidates.count)
        var order: [Int] = []
        order.reserveCapacity(candidates.count)
        for _ in 0..<places {
            var next = -1
            var value = -Float.infinity
            for place in candidates.indices where !isChosen[place] {
                let own = (1 - tradeOff) * relevance[place] - tradeOff * highest[place]
                if own > value { (next, value) = (place, own) }
            }
            isChosen[next] = true
            order.append(next)
            likeness.raise(&highest, to: next)
        }
        order += candidates.indices.filter { !isChosen[$0] }
        candidates = order.map { candidates[$0] }
    }
}
