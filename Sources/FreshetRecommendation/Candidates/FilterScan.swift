import FreshetCore
import FreshetModels

/// The best of everything that a request admits: what a selective filter falls back to when the sources' proposals do
/// not fill the list.
struct FilterScan {
    /// Looks at every item that the model, the catalogue or the stream knows.
    ///
    /// - Parameters:
    ///   - count: how many items are wanted.
    ///   - request: the request.
    ///   - set: what the trained model said.
    /// - Returns: the best by the model's score; those that it does not know come after, the most popular first.
    func items(_ count: Int, for request: PipelineRequest, after set: CandidateSet) -> [ItemIndex] {
        var known = BestItems(limit: count)
        var others: [ItemIndex] = []
        request.forEachAdmitted { item in
            if let score = set.transformerScore(of: item) {
                known.add(ScoredItem(item: item, score: score))
            } else {
                others.append(item)
            }
        }
        var found = known.sorted().map(\.item)
        guard found.count < count else { return found }
        found += request.streaming
            .mostPopular(
                count - found.count,
                of: others,
                halfLife: PopularityHalfLife.ever.rawValue,
                at: request.query.time
            )
            .map(\.item)
        return found
    }
}
