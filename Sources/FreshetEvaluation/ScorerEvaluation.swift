import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor

/// Scores a model by the rank that it gives each held-out item among the whole catalogue.
///
/// Ties go against the model: a target stands behind every item whose score is not lower than its own, so a model that
/// scores everything alike is last, not lucky. A target that may not be recommended, since seen items are left out and
/// the user has seen it, is a miss, exactly as it is for a recommendation list.
public enum ScorerEvaluation {
    /// Scores a model on contexts and what came next in each.
    ///
    /// - Parameters:
    ///   - scorer: the model.
    ///   - contexts: for whom, one entry a user.
    ///   - relevant: the held-out items of each context, at least one.
    ///   - excludingSeen: whether the items of a context's own history are left out of the ranking.
    ///   - sampledNegatives: ranks each target among this many items only, drawn uniformly from those not in the user's
    ///     history, as Kang and McAuley (2018) did. To compare with old papers, never otherwise (Krichene and Rendle,
    ///     2020).
    ///   - catalogue: popularity and likeness of the items, for the list metrics and the item segments.
    ///   - options: cutoffs, intervals and the seed of the samples.
    ///   - pool: the threads, which share the users.
    /// - Returns: every figure with its interval, by segment too, and each user's own values.
    /// - Throws: ``FreshetError`` when an option is out of range or there is nobody to evaluate.
    public static func evaluate(
        scorer: any Scorer,
        contexts: [ScoringContext],
        relevant: [[ItemIndex]],
        excludingSeen: Bool,
        sampledNegatives: Int? = nil,
        catalogue: CatalogueStatistics? = nil,
        options: EvaluationOptions = EvaluationOptions(),
        pool: ThreadPool
    ) throws -> EvaluationResult {
        try options.validate()
        precondition(contexts.count == relevant.count, "\(contexts.count) contexts, \(relevant.count) truths")
        try RankingEvaluation.requireTargets(relevant)
        if let sampledNegatives, sampledNegatives < 1 {
            throw FreshetError(.usage, "A ranking needs at least 1 sampled negative, not \(sampledNegatives).")
        }
        let ranking = FullRanking(
            scorer: scorer,
            excludingSeen: excludingSeen,
            sampledNegatives: sampledNegatives,
            depth: catalogue == nil ? 0 : options.cutoffs.max() ?? 0,
            seed: options.seed,
            pool: pool
        )
        let ranked = ranking.rank(contexts: contexts, relevant: relevant.map(RankingEvaluation.distinct))
        let summary = RankingSummary(ranked: ranked, catalogue: catalogue, options: options, pool: pool)
        var result = summary.result(
            method: method(scorer.itemCount, contexts.count, excludingSeen: excludingSeen, sampled: sampledNegatives)
        )
        result.sampled = sampledNegatives
        result.excludesSeen = sampledNegatives == nil ? excludingSeen : true
        let known = KnownTargets(of: ranked.targets, among: contexts.map(\.history.items))
        result.knownTargets = known
        result.warning = known.warning(excludesSeen: excludingSeen && sampledNegatives == nil)
        return result
    }

    /// Scores a model on held-out events, each user's history being everything in `histories`.
    ///
    /// - Parameters:
    ///   - scorer: the model.
    ///   - histories: what the users did before; the users are those of the holdouts.
    ///   - holdouts: what they did next; several of one user are ranked together.
    ///   - excludingSeen: whether the items of a user's own history are left out of the ranking.
    ///   - sampledNegatives: how many items to draw instead of ranking all; `nil` ranks all.
    ///   - catalogue: popularity and likeness of the items, for the list metrics and the item segments.
    ///   - options: cutoffs, intervals and the seed of the samples.
    ///   - pool: the threads, which share the users.
    /// - Returns: every figure with its interval, by segment too, and each user's own values.
    /// - Throws: ``FreshetError`` when an option is out of range or there is nobody to evaluate.
    public static func evaluate(
        scorer: any Scorer,
        histories: Histories,
        holdouts: [Holdout],
        excludingSeen: Bool,
        sampledNegatives: Int? = nil,
        catalogue: CatalogueStatistics? = nil,
        options: EvaluationOptions = EvaluationOptions(),
        pool: ThreadPool
    ) throws -> EvaluationResult {
        var rows: [UserIndex: Int] = [:]
        var contexts: [ScoringContext] = []
        var relevant: [[ItemIndex]] = []
        for holdout in holdouts {
            if let row = rows[holdout.user] {
                relevant[row].append(holdout.item)
            } else {
                rows[holdout.user] = contexts.count
                contexts.append(ScoringContext(user: holdout.user, history: histories[holdout.user]))
                relevant.append([holdout.item])
            }
        }
        return try evaluate(
            scorer: scorer,
            contexts: contexts,
            relevant: relevant,
            excludingSeen: excludingSeen,
            sampledNegatives: sampledNegatives,
            catalogue: catalogue,
            options: options,
            pool: pool
        )
    }

    private static func method(_ items: Int, _ users: Int, excludingSeen: Bool, sampled: Int?) -> String {
        let seen = excludingSeen ? "left out" : "kept"
        let ranked =
            sampled.map {
                "SAMPLED: each target is ranked among \($0) random items that are not in the user's history, "
                    + "so these figures compare with other sampled ones only"
            } ?? "Each target is ranked among the whole catalogue of \(items) items, seen items \(seen)"
        return "\(ranked). \(users) users, ties against the model."
    }
}
