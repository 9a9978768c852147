import FreshetCore
import FreshetModels
import FreshetTensor

/// Gives a share of the places, the last ones, to new items, so that they can earn their first events.
///
/// With share `ε` of `n` places, `k = ⌊ε n⌋` places are reserved, and one more with the probability of the remainder.
/// Each goes to one of the few new items that resemble the user's most, drawn evenly. The propensities are exact: a
/// place that is reserved with probability `q` shows one of `m` new items with `q / m` each, and what it would have
/// shown otherwise with `1 - q`.
struct NewItemPolicy: Policy {
    /// The number of new items most like the user's that are drawn from.
    private static let pool = 10

    func arrange(_ candidates: inout [Candidate], for request: PipelineRequest) {
        let share = Float(request.policies.newItemShare)
        let count = min(request.query.count, candidates.count)
        guard share > 0, count > 1, request.query.candidates == nil, !request.newItems.isEmpty else { return }
        let shown = Set(candidates[..<count].map(\.item))
        let new = request.newItems.filter { !shown.contains($0) && request.admits($0) }
        guard !new.isEmpty else { return }
        let poolSize = min(new.count, Self.pool)
        let reserved = min(share * Float(count), Float(min(count - 1, poolSize)))
        let whole = Int(reserved)
        let rest = reserved - Float(whole)
        var random = RandomSource.stream(seed: request.query.seed, 1)
        let takesOneMore = random.uniform() < rest
        // Most requests reserve nothing and compare nothing.
        let drawn = whole > 0 || takesOneMore ? likest(new, request).shuffled(using: &random) : []
        var arranged = Array(candidates[..<count])
        if rest > 0 { arranged[count - whole - 1].propensity *= 1 - rest }
        for (number, place) in (count - whole - (takesOneMore ? 1 : 0)..<count).enumerated() {
            var candidate = Candidate(item: drawn[number])
            candidate.sources = .newItems
            candidate.score = arranged[place].score
            candidate.propensity = (place == count - whole - 1 ? rest : 1) / Float(poolSize)
            arranged[place] = candidate
        }
        let placed = Set(arranged.map(\.item))
        candidates = arranged + candidates.filter { !placed.contains($0.item) }
    }

    /// The new items that resemble the user's most; of equals the newest.
    private func likest(_ new: [ItemIndex], _ request: PipelineRequest) -> [ItemIndex] {
        new.map { (item: $0, likeness: request.profile.likeness(to: $0)) }
            .enumerated()
            .sorted { ($1.element.likeness, $0.offset) < ($0.element.likeness, $1.offset) }
            .prefix(Self.pool)
            .map(\.element.item)
    }
}
