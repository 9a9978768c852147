import FreshetCore
import FreshetData
import FreshetModels

/// Answers queries: candidates → ranking → policies → explanation.
///
/// Pure: no clock, no randomness but the query's seed, no input or output. May be called from many threads.
public struct Recommender: Sendable {
    /// Who proposes items beside the ranker's own sources.
    private static let sources: [any CandidateSource] = [
        CallerCandidates(), NewItemCandidates(), ContentCandidates(), ProfileCandidates(), RuleCandidates(),
    ]
    /// What happens to the ranked candidates, in this order; the places that rules give come last of all.
    private static let policies: [any Policy] = [
        DislikePolicy(), RuleScorePolicy(), LongTailPolicy(), DiversityPolicy(), CalibrationPolicy(),
        CategoryCapPolicy(), ExplorationPolicy(), NewItemPolicy(),
    ]

    let catalog: CatalogView
    let content: ContentView?
    /// What the operator wants.
    public let rules: RuleBook
    private let ranker: CandidateRanker
    /// The same where items are somewhere, as which it costs more.
    private let placedRanker: CandidateRanker
    let vocabulary: Vocabulary
    private let configuration: RecommenderConfiguration
    private let sources: [any CandidateSource]
    private let policies: [any Policy]
    let explainer: Explainer
    private let sets = IdlePool<CandidateSet>()
    let scratch = ScratchBuffers()

    /// Creates a pipeline.
    ///
    /// - Parameters:
    ///   - catalog: what is known of the items.
    ///   - vocabulary: the external ids and the event types' names.
    ///   - configuration: the policies by scenario.
    ///   - content: what the items' texts say; `nil` where nothing reads them.
    ///   - rules: what the operator wants; may change at any time.
    ///   - extensions: what is added to the pipeline's own features, sources and policies.
    public init(
        catalog: CatalogView,
        vocabulary: Vocabulary,
        configuration: RecommenderConfiguration = RecommenderConfiguration(),
        content: ContentView? = nil,
        rules: RuleBook = RuleBook(),
        extensions: PipelineExtensions = PipelineExtensions()
    ) {
        self.catalog = catalog
        self.content = content
        self.rules = rules
        let read: [any CandidateEvidence] = content.map { [ContentEvidence(of: $0)] } ?? []
        let further: [any CandidateEvidence] = [TraitEvidence(of: catalog)] + extensions.evidence
        ranker = CandidateRanker(evidence: read + further)
        placedRanker = CandidateRanker(evidence: read + [PlaceEvidence(of: catalog)] + further)
        sources = Self.sources + extensions.sources
        policies = Self.policies + extensions.policies + [RulePlacePolicy()]
        self.vocabulary = vocabulary
        self.configuration = configuration
        explainer = Explainer(vocabulary: vocabulary)
    }

    /// The best items for a query; with ``Query/candidates`` set, the best of those.
    ///
    /// - Parameters:
    ///   - query: who asks, and for what.
    ///   - snapshot: the model, taken once for the whole answer.
    ///   - streaming: what is counted from the stream.
    ///   - table: the rules; those of ``rules`` unless given.
    /// - Returns: at most `query.count` items; fewer only when no more may appear.
    public func recommend(
        _ query: Query,
        snapshot: ModelSnapshot,
        streaming: any StreamingEvidence,
        under table: RuleTable? = nil
    ) -> RankedList {
        guard query.count > 0 else { return RankedList(version: snapshot.version, items: []) }
        let table = table ?? rules.current
        let request = request(query, snapshot: snapshot, streaming: streaming, under: table)
        var candidates = sets.withSet { ranked(request, using: $0) }
        for policy in policies { policy.arrange(&candidates, for: request) }
        var items = candidates.prefix(query.count).map {
            RankedItem(item: $0.item, score: $0.score, propensity: $0.propensity, sources: $0.sources)
        }
        if query.explains { explainer.explain(&items, for: request) }
        if let limits = query.counterfactuals {
            addCounterfactuals(to: &items, for: request, within: limits, under: table)
        }
        return RankedList(version: snapshot.version, items: items, rules: request.rules.ids)
    }

    /// The items' vectors that belong to a snapshot; `nil` where nothing reads.
    func vectors(of snapshot: ModelSnapshot) -> ItemVectors? { (snapshot.reading?.view ?? content)?.current }

    /// The policies of a scenario as they are now.
    public func policies(for scenario: String?) -> PolicyConfiguration { policies(for: scenario, under: rules.current) }

    private func policies(for scenario: String?, under table: RuleTable) -> PolicyConfiguration {
        scenario.flatMap { table.scenarios[$0] } ?? configuration.policies(for: scenario)
    }

    /// A query with everything that answers it.
    func request(
        _ query: Query,
        snapshot: ModelSnapshot,
        streaming: any StreamingEvidence,
        under table: RuleTable? = nil
    ) -> PipelineRequest {
        let table = table ?? rules.current
        return PipelineRequest(
            query,
            snapshot: snapshot,
            streaming: streaming,
            catalog: catalog.current(),
            vectors: vectors(of: snapshot),
            policies: query.policies ?? policies(for: query.scenario, under: table),
            rules: table,
            vocabulary: vocabulary,
            scratch: scratch
        )
    }

    /// Candidates → ranking: what may appear, best first.
    private func ranked(_ request: PipelineRequest, using set: CandidateSet) -> [Candidate] {
        var ranker = request.catalog.hasPlaces ? placedRanker : ranker
        ranker.configuration.transformer = max(ranker.configuration.transformer, request.candidateCount)
        // A user whom the model was trained on is asked about like any other, by their events, so that the newest count.
        let context = ScoringContext(user: nil, history: request.query.history, session: request.query.session)
        ranker.score(context, with: request.snapshot.scorer, retrieval: request.snapshot.retrieval, into: set)
        var proposals = sources.flatMap { source in
            source.items(for: request, after: set).map { ProposedItem(item: $0, source: source.mark) }
        }
        var candidates = collected(request, context, proposals, ranker, into: set)
        if candidates.count < request.query.count, request.query.candidates == nil {
            // What a filter lets through may lie far below everybody's best.
            proposals += FilterScan().items(request.query.count, for: request, after: set)
                .map { ProposedItem(item: $0, source: .scan) }
            candidates = collected(request, context, proposals, ranker, into: set)
        }
        return candidates
    }

    private func collected(
        _ request: PipelineRequest,
        _ context: ScoringContext,
        _ proposals: [ProposedItem],
        _ ranker: CandidateRanker,
        into set: CandidateSet
    ) -> [Candidate] {
        request.streaming.withModels { models in
            ranker.collect(
                context,
                from: models,
                at: request.query.time,
                profile: request.query.likes,
                searched: request.query.searched,
                reading: request.snapshot.reading,
                place: request.query.place,
                adding: proposals,
                into: set
            )
        }
        request.snapshot.ranker.rank(set)
        var candidates: [Candidate] = []
        candidates.reserveCapacity(set.count)
        for place in 0..<set.count where request.admits(set.item(at: place)) {
            let candidate = Candidate(place, of: set)
            // What has no score has no place either: an order by "not a number" is none.
            if candidate.score.isFinite { candidates.append(candidate) }
        }
        candidates.sort(by: Candidate.isBetter)
        return candidates
    }
}
