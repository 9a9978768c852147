import FreshetCore
import FreshetData
import FreshetModels

/// What resembles the user's items by words and categories, where there is nothing else to go by: the user dealt with
/// items that no model knows.
struct ContentCandidates: CandidateSource {
    let mark = CandidateSources.content

    func items(for request: PipelineRequest, after model: CandidateSet) -> [ItemIndex] {
        guard request.query.candidates == nil, request.query.history.count > 0, !model.hasTransformer,
            !request.profile.isEmpty, !hasCompanions(request)
        else { return [] }
        var best = BestItems(limit: request.candidateCount)
        let profile = request.profile
        func add(_ item: ItemIndex) {
            let likeness = profile.likeness(to: item)
            if likeness > 0 { best.add(ScoredItem(item: item, score: likeness)) }
        }
        if request.isFiltered {
            request.forEachAdmitted(add)
        } else {
            for item in profile.neighbours() where request.admits(item) { add(item) }
        }
        return best.sorted().map(\.item)
    }

    /// Whether counting knows what goes together with the user's items.
    private func hasCompanions(_ request: PipelineRequest) -> Bool {
        let scores = SparseScores()
        request.streaming.withModels {
            $0.coVisitation.score(request.query.history, at: request.query.time, into: scores)
        }
        return scores.count > 0
    }
}
