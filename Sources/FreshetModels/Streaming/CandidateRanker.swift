import CFreshetKernels
import Foundation
import FreshetCore
import FreshetData

/// Finds the candidates of a request from several sources and puts them in one order.
///
/// Three steps, so that a service holds the lock on its ``StreamingModels`` for the second only:
/// 1. ``score(_:with:into:)`` asks the transformer, the costly part;
/// 2. ``collect(_:from:at:into:)`` takes the union of the transformer's best items, co-visitation's, the popular ones and
///    the user's own, and writes each one's feature vector (``CandidateFeature``);
/// 3. ``rank(_:with:)`` computes the fused scores, a dot product each.
///
/// Items that the transformer does not know yet come in through the other sources from their first event on.
public struct CandidateRanker: Sendable {
    /// How many candidates come from each source.
    public struct Configuration: Codable, Sendable, Equatable {
        /// The transformer's best items.
        public var transformer = 200
        /// Co-visitation's best items.
        public var coVisitation = 200
        /// The most popular items at each half-life.
        public var popularity = 100
        /// The user's own latest items.
        public var own = 100

        /// The defaults.
        public init() {}
    }

    /// The settings it was created with.
    public var configuration: Configuration
    /// What is known beside the counts and a trained model.
    public let evidence: [any CandidateEvidence]
    /// The candidates' features.
    public let table: FeatureTable
    /// What the items are, where any of the evidence says so.
    let traits: (any ItemTraits)?

    /// Creates a ranker.
    ///
    /// - Parameters:
    ///   - configuration: how many candidates come from each source.
    ///   - evidence: what is known beside the counts and a trained model.
    public init(configuration: Configuration = Configuration(), evidence: [any CandidateEvidence] = []) {
        self.configuration = configuration
        self.evidence = evidence
        table = FeatureTable.extended(by: evidence)
        traits = evidence.lazy.compactMap { $0 as? any ItemTraits }.first
    }

    /// All three steps at once.
    ///
    /// - Parameters:
    ///   - context: the user's history.
    ///   - scorer: a trained transformer, or `nil` while there is none.
    ///   - streaming: the streaming models.
    ///   - now: in seconds since 1970.
    ///   - weights: the fusion weights.
    ///   - set: emptied, then filled.
    public func rank(
        _ context: ScoringContext,
        with scorer: (any Scorer)?,
        from streaming: StreamingModels,
        at now: Int64,
        weights: FusionWeights,
        into set: CandidateSet
    ) {
        score(context, with: scorer, into: set)
        collect(context, from: streaming, at: now, into: set)
        Self.rank(set, with: weights)
    }

    /// Scores the catalogue by the transformer and keeps its best items.
    ///
    /// - Parameters:
    ///   - context: the user's history; events on items that the transformer does not know are left out.
    ///   - scorer: a trained transformer; `nil`, like a history without a known item, leaves it out.
    ///   - retrieval: the scorer's items in bytes, for a large catalogue: the best are found there and scored exactly.
    ///   - set: emptied; receives the scores.
    public func score(
        _ context: ScoringContext,
        with scorer: (any Scorer)?,
        retrieval: QuantizedItems? = nil,
        into set: CandidateSet
    ) {
        set.clearTransformer()
        guard let scorer, let context = Self.known(context, to: scorer) else { return }
        if let retrieval { return retrieve(context, from: retrieval, into: set) }
        let V = scorer.itemCount
        set.batchLogits.reserve(V)
        set.batchItemCount = V
        scorer.score([context], into: UnsafeMutableBufferPointer(start: set.logits, count: V))
        findBest(of: V, in: set)
    }

    /// Scores the catalogue for several histories at once: the transformer's item table is read once for all of them.
    ///
    /// ``turn(to:in:)`` then goes from one to the next.
    ///
    /// - Parameters:
    ///   - contexts: the histories.
    ///   - scorer: a trained transformer or `nil`.
    ///   - set: emptied; receives the scores.
    public func score(_ contexts: [ScoringContext], with scorer: (any Scorer)?, into set: CandidateSet) {
        set.clearTransformer()
        var asked: [ScoringContext] = []
        set.batchRows = contexts.map { context in
            guard let scorer, let known = Self.known(context, to: scorer) else { return nil }
            asked.append(known)
            return asked.count - 1
        }
        guard let scorer, !asked.isEmpty else { return }
        let V = scorer.itemCount
        set.batchLogits.reserve(asked.count * V)
        set.batchItemCount = V
        scorer.score(asked[...], into: UnsafeMutableBufferPointer(start: set.logits, count: asked.count * V))
    }

    /// Takes the scores of one of the histories that were scored together, as if it had been scored alone.
    ///
    /// - Parameters:
    ///   - index: the place of its context.
    ///   - set: as ``score(_:with:into:)`` left it.
    public func turn(to index: Int, in set: CandidateSet) {
        set.clearTransformer()
        guard let row = set.batchRows[index] else { return }
        set.row = row
        findBest(of: set.batchItemCount, in: set)
    }

    /// A context without items that a scorer does not know; `nil` when nothing is left that the user likes.
    private static func known(_ context: ScoringContext, to scorer: any Scorer) -> ScoringContext? {
        guard context.history.likingCount > 0 else { return nil }
        let history = context.history.keepingItems(below: scorer.itemCount)
        return history.count > 0 ? ScoringContext(user: context.user, history: history) : nil
    }

    /// Finds the transformer's best items by the scores of the whole catalogue.
    private func findBest(of V: Int, in set: CandidateSet) {
        set.transformerCount = V
        let K = min(configuration.transformer, V)
        set.topItems.reserve(K)
        set.topScores.reserve(K)
        let found = freshet_top_k(set.topItems.start, set.topScores.start, set.logits, V, K)
        set.topItems.assume(count: found)
        set.topScores.assume(count: found)
        // Weights that came to be "not a number" say nothing, to nobody.
        if K > 0, found == 0 || !set.topScores[0].isFinite { set.clearTransformer() }
    }

    private func retrieve(_ context: ScoringContext, from retrieval: QuantizedItems, into set: CandidateSet) {
        let C = retrieval.scorer.vectorWidth
        set.batchLogits.reserve(retrieval.capacity)
        set.userVector.reserve(C)
        set.userVector.assume(count: C)
        set.transformerCount = retrieval.scorer.itemCount
        set.retrieval = retrieval
        retrieval.scorer.userVectors(of: [context], into: set.userVector.start)
        guard (0..<C).allSatisfy({ set.userVector[$0].isFinite }) else { return set.clearTransformer() }
        retrieval.score(set.userVector.start, into: set.logits)
        for found in retrieval.best(configuration.transformer, for: set.userVector.start, among: set.logits) {
            set.topItems.append(found.item.rawValue)
            set.topScores.append(found.score)
        }
    }

    /// Computes the fused scores.
    ///
    /// - Parameters:
    ///   - set: candidates with their features.
    ///   - weights: the fusion weights.
    public static func rank(_ set: CandidateSet, with weights: FusionWeights) {
        let weights = weights.fitted(to: set.table)
        let count = set.count
        set.scores.reserve(count)
        set.scores.assume(count: count)
        let B = set.table.blocks
        weights.vector(of: set.segment).withUnsafeBytes { bytes in
            for index in 0..<count {
                var sum = SIMD8<Float>.zero
                for block in 0..<B {
                    let weights = bytes.loadUnaligned(fromByteOffset: 32 * block, as: SIMD8<Float>.self)
                    sum += weights * set.rows.start[index * B + block]
                }
                set.scores.start[index] = sum.sum()
            }
        }
        for index in 0..<set.penalties.count { set.scores.start[index] -= set.penalties[index] }
    }

    /// The best candidates by fused score, best first, ties by the order in which they were found.
    public static func best(_ count: Int, of set: CandidateSet) -> [ScoredItem] {
        let K = min(count, set.count)
        guard K > 0 else { return [] }
        set.order.reserve(K)
        set.orderScores.reserve(K)
        let found = freshet_top_k(set.order.start, set.orderScores.start, set.scores.start, set.count, K)
        return (0..<found).map { rank in
            ScoredItem(item: set.item(at: Int(set.order.start[rank])), score: set.orderScores.start[rank])
        }
    }
}
