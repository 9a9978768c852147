import FreshetModels

/// Takes from popular items: with strength `s`, the most popular candidate loses `s` times the range of the scores, one
/// without events nothing, the others by the logarithm of their popularity.
struct LongTailPolicy: Policy {
    func arrange(_ candidates: inout [Candidate], for request: PipelineRequest) {
        let strength = Float(request.query.diversity ?? request.policies.longTail)
        guard strength > 0, let best = candidates.first?.score, let worst = candidates.last?.score else { return }
        let most = candidates.reduce(0) { max($0, $1.popularity - CandidateFeature.leastPopularity) }
        guard most > 0 else { return }
        for place in candidates.indices {
            let share = (candidates[place].popularity - CandidateFeature.leastPopularity) / most
            candidates[place].score -= strength * (best - worst) * share
        }
        candidates.sort(by: Candidate.isBetter)
    }
}
