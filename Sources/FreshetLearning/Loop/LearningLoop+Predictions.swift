import FreshetCore
import FreshetData
import FreshetModels

extension LearningLoop {
    /// The candidates of every contender for the events that are predicted together.
    struct Contenders {
        var live = ScoredEvents()
        var learning = ScoredEvents()
        var candidate = ScoredEvents()
        var good = ScoredEvents()
        var frozen = ScoredEvents()
    }

    /// How many events are scored together.
    var scoredTogether: Int { ScoredEvents.limit(itemCount: learning.trained?.scorer.itemCount ?? 0) }

    /// Has every contender's transformer score events that are about to be predicted.
    func score(_ events: [StreamEvent]) {
        contenders.live.score(events, by: live.trained?.scorer, with: ranker)
        // The same weights find the same candidates.
        let learned = learning.scorer(numbered: nextNumber())
        if learning.scorerNumber != liveNumber { contenders.learning.score(events, by: learned, with: ranker) }
        if !isCatchingUp, let scorer = candidate?.scorer(numbered: nextNumber()) {
            contenders.candidate.score(events, by: scorer, with: ranker)
        }
        for index in compared.indices { compared[index].score(events, with: ranker) }
        if let frozen { contenders.frozen.score(events, by: frozen.trained?.scorer, with: ranker) }
        contenders.good.score(events.filter(isGuarded), by: good.trained?.scorer, with: ranker)
        if live.trained != nil, counts == nil {
            counts = ComparedLine(.counts, scorer: nil, fusion: learning.fusion)
        }
        counts?.score(events.filter(isMeasuredAgainstCounts), with: ranker)
    }

    /// Whether what is live is compared with the last good state on an event.
    private func isGuarded(_ event: StreamEvent) -> Bool {
        policy.good != policy.live && EventSampling.takes(event.event.offset, share: settings.guardShare, purpose: 2)
    }

    /// Whether what is live is compared with the counts alone on an event.
    private func isMeasuredAgainstCounts(_ event: StreamEvent) -> Bool {
        live.trained != nil && EventSampling.takes(event.event.offset, share: settings.countsShare, purpose: 3)
    }

    /// The ranker without ``evidence``.
    private var unread: CandidateRanker { CandidateRanker(configuration: ranker.configuration) }

    /// The rank that every contender gives an event's item beforehand; fusion weights learn from it at once.
    func predict(_ event: StreamEvent) -> Outcome {
        let item = event.event.item
        let answered = contenders.live.ranked(event, by: ranker, from: streaming, weights: live.fusion)
        var predictions = [Outcome.Prediction(.live, rank: answered.rank(of: item))]
        let (popular, visited) = yardsticks.ranks(of: item, among: answered)
        predictions.append(Outcome.Prediction(.popularity, rank: popular))
        predictions.append(Outcome.Prediction(.coVisitation, rank: visited))
        if learning.scorerNumber == liveNumber {
            CandidateRanker.rank(answered, with: learning.fusion.weights)
            predictions.append(Outcome.Prediction(.learning, rank: answered.rank(of: item)))
            learning.fusion.learn(item, among: answered)
        } else {
            predictions.append(predictAndLearn(event, .learning, among: contenders.learning, &learning.fusion))
        }
        // Taken out while it learns, so that its arrays are not copied.
        if !isCatchingUp, var line = candidate.take() {
            predictions.append(predictAndLearn(event, .candidate, among: contenders.candidate, &line.fusion))
            candidate = line
        }
        for index in compared.indices {
            let (contender, scored) = (compared[index].contender, compared[index].scored)
            let ranker = compared[index].readsEvidence ? ranker : unread
            predictions.append(predictAndLearn(event, contender, among: scored, by: ranker, &compared[index].fusion))
        }
        if isGuarded(event) {
            let set = contenders.good.ranked(event, by: ranker, from: streaming, weights: good.fusion)
            predictions.append(Outcome.Prediction(.lastGood, rank: set.rank(of: item)))
        }
        if let frozen {
            predictions.append(Outcome.Prediction(.frozen, rank: rank(event, by: frozen, among: answered)))
        }
        if isMeasuredAgainstCounts(event), var line = counts.take() {
            let alone = predictAndLearn(event, .counts, among: line.scored, &line.fusion)
            counts = line
            gain.add(predictions[0].reciprocalRank, counts: alone.reciprocalRank, of: live.version)
        }
        let age = streaming.lifetime(of: item).map { max(0, event.event.time.seconds - $0.lowerBound) }
        return Outcome(of: event, itemAge: age, predictions: predictions)
    }

    /// The rank by a state that does not learn; without a transformer on either side the live one's candidates are its own.
    private func rank(_ event: StreamEvent, by frozen: ServedState, among answered: CandidateSet) -> Int? {
        if frozen.trained == nil && live.trained == nil {
            CandidateRanker.rank(answered, with: frozen.fusion)
            return answered.rank(of: event.event.item)
        }
        return contenders.frozen.ranked(event, by: ranker, from: streaming, weights: frozen.fusion)
            .rank(of: event.event.item)
    }

    /// The rank by a line's weights, which then learn how to weigh the features.
    private func predictAndLearn(
        _ event: StreamEvent,
        _ contender: Contender,
        among scored: ScoredEvents,
        by ranker: CandidateRanker? = nil,
        _ fusion: inout FusionTrainer
    ) -> Outcome.Prediction {
        let set = scored.ranked(event, by: ranker ?? self.ranker, from: streaming, weights: fusion.weights)
        let rank = set.rank(of: event.event.item)
        fusion.learn(event.event.item, among: set)
        return Outcome.Prediction(contender, rank: rank)
    }
}
