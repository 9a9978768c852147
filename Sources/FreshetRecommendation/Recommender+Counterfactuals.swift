import FreshetCore
import FreshetData
import FreshetModels

extension Recommender {
    /// Says of each item of a list without which of the user's events it would not be there.
    ///
    /// The whole pipeline answers again without the events: sources, fusion, model and policies, with the same seed. What the
    /// user may not be shown again stays out although the event that forbids it is left out, so that no item leaves only
    /// because a bought one takes its place.
    ///
    /// - Parameters:
    ///   - items: the list, whole.
    ///   - request: what it answers.
    ///   - limits: how far to go.
    ///   - table: the rules that the list was made under.
    func addCounterfactuals(
        to items: inout [RankedItem],
        for request: PipelineRequest,
        within limits: CounterfactualLimits,
        under table: RuleTable
    ) {
        let past = EventGroups(of: request.query.history, newest: limits.events)
        // What may not be shown may not be named either.
        let groups = past.groups.filter { request.catalog.isAvailable($0.item) }
        var query = request.query
        query.explains = false
        query.counterfactuals = nil
        query.excluded.formUnion(request.forbidden)
        var search = CounterfactualSearch(groups: groups.count, limits: limits) { left in
            let items = Set(groups.indices.filter { left & (1 << $0) != 0 }.map { groups[$0].item })
            let history = past.history
            query.history = history.keeping { !items.contains(history.items[history.items.startIndex + $0]) }
            let list = recommend(query, snapshot: request.snapshot, streaming: request.streaming, under: table).items
            let last = list.last?.score ?? 0
            return Dictionary(list.map { ($0.item, $0.score - last) }) { first, _ in first }
        }
        for (place, finding) in search.findings(for: items.map(\.item)).enumerated() {
            items[place].counterfactual = explainer.counterfactual(finding, among: groups, request.catalog)
        }
    }
}
