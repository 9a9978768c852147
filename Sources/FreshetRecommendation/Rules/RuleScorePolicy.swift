import FreshetCore

/// Changes scores as the rules in force say.
///
/// A score is the logarithm of how likely a candidate is to be chosen, but for a constant: what is boosted by 2 counts as
/// twice as likely. An objective of weight `w` gives the candidate of the largest attribute `w` times the range of the
/// scores, the one of the smallest nothing, the others by their place between; without the attribute nothing.
struct RuleScorePolicy: Policy {
    func arrange(_ candidates: inout [Candidate], for request: PipelineRequest) {
        let rules = request.rules
        guard !rules.weights.isEmpty || !rules.objectives.isEmpty, let best = candidates.first,
            let worst = candidates.last
        else { return }
        let range = best.score - worst.score
        for (program, change) in rules.weights {
            for place in candidates.indices where program.admits(request.details(of: candidates[place].item)) {
                candidates[place].score += change
            }
        }
        for (name, weight) in rules.objectives {
            let values = candidates.map { request.details(of: $0.item).number(name) }
            let known = values.compactMap(\.self)
            guard let least = known.min(), let most = known.max(), most > least else { continue }
            for (place, value) in values.enumerated() {
                guard let value else { continue }
                candidates[place].score += weight * range * Float((value - least) / (most - least))
            }
        }
        candidates.sort(by: Candidate.isBetter)
    }
}

extension ItemDetails {
    /// The number that an attribute is, by the term of its name.
    fileprivate func number(_ name: UInt32) -> Double? {
        for entry in entries where entry.name == name && entry.form == .number { return entry.value }
        return nil
    }
}
