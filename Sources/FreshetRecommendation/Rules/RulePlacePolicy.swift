import FreshetCore
import FreshetModels

/// Gives items the places that the rules in force say: first shares of the places, then pins.
///
/// A share takes the worst of the shown items that do not belong to it, and puts the best of its own into their places. A
/// pinned item that may not appear has no place; of two at one place the second comes after.
struct RulePlacePolicy: Policy {
    func arrange(_ candidates: inout [Candidate], for request: PipelineRequest) {
        for (program, share) in request.rules.shares { fill(share, of: program, &candidates, request) }
        pin(&candidates, request)
    }

    private func fill(
        _ share: Double,
        of program: FilterProgram,
        _ candidates: inout [Candidate],
        _ request: PipelineRequest
    ) {
        let count = min(request.query.count, candidates.count)
        func belongs(_ candidate: Candidate) -> Bool { program.admits(request.details(of: candidate.item)) }
        let isOwn = candidates[..<count].map(belongs)
        // A share of .07 of 100 places is 7 of them, although no Double is .07.
        let missing = Int((share * Double(count) - 1e-9).rounded(.up)) - isOwn.count { $0 }
        guard missing > 0 else { return }
        var entering = Array(candidates[count...].filter(belongs).prefix(missing))
        if entering.count < missing {
            entering += further(missing - entering.count, of: program, than: candidates, request)
        }
        let leaving = Set((0..<count).filter { !isOwn[$0] }.suffix(entering.count))
        // Its own stand in their order in the places that they have together.
        let places = (0..<count).filter { isOwn[$0] || leaving.contains($0) }
        let own = (0..<count).filter { isOwn[$0] }.map { candidates[$0] } + entering
        var shown = Array(candidates[..<count])
        for (place, candidate) in zip(places, own) { shown[place] = candidate }
        let items = Set(shown.map(\.item))
        candidates = shown + candidates.filter { !items.contains($0.item) }
    }

    /// Items that are no candidates: the most popular of all that belong to a share.
    private func further(
        _ count: Int,
        of program: FilterProgram,
        than candidates: [Candidate],
        _ request: PipelineRequest
    ) -> [Candidate] {
        guard request.query.candidates == nil else { return [] }
        let known = Set(candidates.map(\.item))
        var items: [ItemIndex] = []
        request.forEachAdmitted { item in
            if program.admits(request.details(of: item)), !known.contains(item) { items.append(item) }
        }
        return request.streaming
            .mostPopular(count, of: items, halfLife: PopularityHalfLife.month.rawValue, at: request.query.time)
            .map { found in
                var candidate = Candidate(item: found.item)
                candidate.sources = .rules
                candidate.score = candidates.last?.score ?? 0
                return candidate
            }
    }

    private func pin(_ candidates: inout [Candidate], _ request: PipelineRequest) {
        let pins = request.rules.pins.filter { request.admits($0.item) }
        guard !pins.isEmpty else { return }
        let scored = Dictionary(candidates.map { ($0.item, $0) }) { first, _ in first }
        let pinned = Set(pins.map(\.item))
        candidates.removeAll { pinned.contains($0.item) }
        var next = 0
        var placed: Set<ItemIndex> = []
        for (item, place) in pins where placed.insert(item).inserted {
            var candidate = scored[item] ?? Candidate(item: item)
            candidate.sources.insert(.rules)
            candidate.propensity = 1
            let place = min(max(place, next), candidates.count)
            if scored[item] == nil, let last = candidates[..<place].last { candidate.score = last.score }
            candidates.insert(candidate, at: place)
            next = place + 1
        }
    }
}

/// Proposes what is pinned, so that it has a score.
struct RuleCandidates: CandidateSource {
    let mark = CandidateSources.rules

    func items(for request: PipelineRequest, after model: CandidateSet) -> [ItemIndex] {
        request.rules.pins.map(\.item)
    }
}

extension CandidateSources {
    /// A rule.
    public static let rules = CandidateSources(named: "rules")
}
