import FreshetCore
import FreshetData
import FreshetModels

/// Answers queries: candidates → ranking → policies → explanation.
///
/// Pure: no clock, no randomness but the query's seed, no input or output. May be called from many threads.
public struct Recommender: Sendable {
    /// Who proposes items.
    private static let sources: [any CandidateSource] = [
        ModelCandidates(), CoVisitedCandidates(), OwnCandidates(), PopularCandidates(),
    ]
    /// What happens to the ranked candidates, in this order.
    private static let policies: [any Policy] = []

    private let catalog: CatalogView
    private let vocabulary: Vocabulary
    private let configuration: RecommenderConfiguration
    private let buffers = ScoreBuffers()

    /// Creates a pipeline.
    ///
    /// - Parameters:
    ///   - catalog: what is known of the items.
    ///   - vocabulary: the external ids and the event types' names.
    ///   - configuration: the policies by scenario.
    public init(
        catalog: CatalogView,
        vocabulary: Vocabulary,
        configuration: RecommenderConfiguration = RecommenderConfiguration()
    ) {
        self.catalog = catalog
        self.vocabulary = vocabulary
        self.configuration = configuration
    }

    /// The best items for a query; with ``Query/candidates`` set, the best of those.
    ///
    /// - Parameters:
    ///   - query: who asks, and for what.
    ///   - snapshot: the model, taken once for the whole answer.
    ///   - streaming: what is counted from the stream.
    /// - Returns: at most `query.count` items; fewer only when no more may appear.
    public func recommend(
        _ query: Query,
        snapshot: ModelSnapshot,
        streaming: any StreamingEvidence
    ) -> RankedList {
        RankedList(version: snapshot.version, items: [])
    }

    /// The items that most resemble one, by the model where it knows the item, else by words and categories.
    ///
    /// - Parameters:
    ///   - item: the item to compare with, which is not in the answer.
    ///   - count: how many items are wanted.
    ///   - filter: which items may appear.
    ///   - snapshot: the model.
    /// - Returns: the items, most alike first; scores are cosines.
    public func similar(
        to item: ItemIndex,
        count: Int,
        filter: ItemFilter? = nil,
        snapshot: ModelSnapshot
    ) -> RankedList {
        RankedList(version: snapshot.version, items: [])
    }

    /// The items that are popular now.
    ///
    /// - Parameters:
    ///   - count: how many items are wanted.
    ///   - filter: which items may appear.
    ///   - time: now, in seconds since 1970.
    ///   - streaming: what is counted from the stream.
    /// - Returns: the items, most popular first.
    public func popular(
        count: Int,
        filter: ItemFilter? = nil,
        at time: Int64,
        streaming: any StreamingEvidence
    ) -> [RankedItem] {
        []
    }
}
