import FreshetCore
import FreshetData
import FreshetModels

/// A query with everything that answers it: taken once, the same for every step of the pipeline.
///
/// Belongs to one thread.
public final class PipelineRequest {
    /// The number of newest items among which those without events are looked for.
    private static let newItemWindow = 256

    /// What is asked.
    public let query: Query
    /// The model.
    public let snapshot: ModelSnapshot
    /// What is counted from the stream.
    public let streaming: any StreamingEvidence
    /// What is known of the items.
    public let catalog: CatalogSnapshot
    /// What the items' texts say; `nil` where nothing reads them.
    public let vectors: ItemVectors?
    /// The settings of the policies, for the query's scenario.
    public let policies: PolicyConfiguration
    /// The rules that are in force.
    let rules: ActiveRules
    /// The items of the history that may not come back now.
    public let forbidden: Set<ItemIndex>
    /// What the user's items are about; computed when first asked for.
    private(set) lazy var profile = ContentProfile(of: query.history, catalog, scratch: scratch)
    /// The newest items without events, newest first; looked up when first asked for.
    public private(set) lazy var newItems = findNewItems()
    /// Which items may appear, as far as the catalogue says.
    let filter: ResolvedFilter
    private let wanted: Set<ItemIndex>?
    private let scratch: ScratchBuffers

    init(
        _ query: Query,
        snapshot: ModelSnapshot,
        streaming: any StreamingEvidence,
        catalog: CatalogSnapshot,
        vectors: ItemVectors?,
        policies: PolicyConfiguration,
        rules: RuleTable,
        vocabulary: Vocabulary,
        scratch: ScratchBuffers
    ) {
        self.query = query
        self.snapshot = snapshot
        self.streaming = streaming
        self.catalog = catalog
        self.vectors = vectors
        self.policies = policies
        self.scratch = scratch
        filter = ResolvedFilter(
            query.filter,
            and: policies.filter,
            catalog,
            user: query.userAttributes,
            now: query.time,
            place: query.place
        )
        self.rules = ActiveRules(rules, for: query, catalog, vocabulary)
        wanted = query.candidates.map { Set($0) }
        let repeats = query.includeSeen.map { $0 ? RepeatPolicy.always : .never } ?? policies.repeats
        // Who gives the candidates has decided that these may appear.
        forbidden =
            query.candidates == nil
            ? repeats.forbiddenItems(of: query.history, eventTypes: vocabulary.eventTypes, at: query.time) : []
    }

    /// Whether a filter asks for more than availability.
    public var isFiltered: Bool { !filter.isOpen || rules.isFiltering }

    /// How many candidates are wanted by score: enough for the policies to choose from.
    public var candidateCount: Int {
        max(policies.candidateCount, 2 * query.count) + forbidden.count + query.excluded.count
    }

    /// Whether an item may appear at all.
    public func admits(_ item: ItemIndex) -> Bool {
        if let wanted, !wanted.contains(item) { return false }
        return !query.excluded.contains(item) && !forbidden.contains(item) && filter.admits(item, catalog)
            && rules.admits(item, catalog)
    }

    /// What is known of an item; nothing where it has no entry.
    func details(of item: ItemIndex) -> ItemDetails { catalog.details(of: item) ?? ItemDetails() }

    /// Calls `body` with every item that may appear, as far as anybody knows of it.
    public func forEachAdmitted(_ body: (ItemIndex) -> Void) {
        let count = max(catalog.itemCount, snapshot.scorer?.itemCount ?? 0, streaming.withModels { $0.itemCount })
        filter.forEachAdmitted(below: count, catalog) { item in
            guard !query.excluded.contains(item), !forbidden.contains(item), wanted?.contains(item) ?? true else {
                return
            }
            if rules.admits(item, catalog) { body(item) }
        }
    }

    /// What one item is about.
    func profile(of item: ItemIndex) -> ContentProfile { profile(of: [item]) }

    /// What some items are about, the newest last.
    func profile(of items: ArraySlice<ItemIndex>) -> ContentProfile {
        ContentProfile(of: History(items: items), catalog, scratch: scratch)
    }

    private func findNewItems() -> [ItemIndex] {
        let newest = catalog.newcomers.suffix(Self.newItemWindow).reversed()
        guard !newest.isEmpty else { return [] }
        return streaming.withModels { models in newest.filter { models.lifetime(of: $0) == nil } }
    }
}
