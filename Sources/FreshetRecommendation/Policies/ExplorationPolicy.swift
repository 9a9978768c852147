import FreshetCore
import FreshetModels
import FreshetTensor

/// Gives a share of the places to any of the next best candidates, so that it can be known what others are worth.
///
/// From the top each place goes, with the chance `ε`, to one of the best `m` candidates that are left, drawn evenly, and
/// otherwise to the best of them. So the best has its place with the propensity `1 - ε + ε / m` and each of the others
/// with `ε / m`, given what stands above: exactly what estimators of other policies' worth have to know.
struct ExplorationPolicy: Policy {
    func arrange(_ candidates: inout [Candidate], for request: PipelineRequest) {
        let share = Float(request.policies.exploration)
        let count = min(request.query.count, candidates.count)
        guard share > 0, count > 0, request.query.candidates == nil else { return }
        var random = RandomSource.stream(seed: request.query.seed, 3)
        for place in 0..<count {
            let left = min(request.policies.explorationDepth, candidates.count - place)
            var drawn = 0
            if random.uniform() < share { drawn = min(Int(random.uniform() * Float(left)), left - 1) }
            let propensity = (drawn == 0 ? 1 - share : 0) + share / Float(left)
            if drawn > 0 {
                let candidate = candidates.remove(at: place + drawn)
                candidates.insert(candidate, at: place)
            }
            candidates[place].propensity *= propensity
        }
    }
}
