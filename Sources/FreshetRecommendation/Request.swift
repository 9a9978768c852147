import FreshetCore
import FreshetData
import FreshetModels

/// A query with everything that answers it: taken once, the same for every step of the pipeline.
struct Request {
    let query: Query
    let snapshot: ModelSnapshot
    let streaming: any StreamingEvidence
    let catalog: CatalogSnapshot
    let policies: PolicyConfiguration
    /// The names of the event types by number.
    let eventTypes: [EventType]
    /// What the model has to say.
    let model: ModelScores
    /// The items of the history that may not come back now.
    let forbidden: Set<ItemIndex>
    /// The query's filter, resolved against the catalogue.
    let filter: ResolvedFilter

    /// How many candidates are wanted by score: enough for the policies to choose from.
    var candidateCount: Int { max(policies.candidateCount, 2 * query.count) }

    /// Whether an item may appear at all.
    func admits(_ item: ItemIndex) -> Bool {
        !query.excluded.contains(item) && !forbidden.contains(item) && filter.admits(item, catalog)
    }
}
