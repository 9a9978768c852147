import FreshetCore
import FreshetData
import FreshetModels

extension LearningLoop {
    /// The rank that every contender gives an event's item beforehand; fusion weights learn from it at once.
    func predict(_ event: StreamEvent) -> Outcome {
        let item = event.event.item
        let context = ScoringContext(user: event.event.user, history: event.history)
        let now = event.event.time
        ranker.rank(context, with: live.trained?.scorer, from: streaming, at: now, weights: live.fusion, into: set)
        var predictions = [Outcome.Prediction(.live, rank: set.rank(of: item))]
        let (popular, visited) = yardsticks.ranks(of: item, among: set)
        predictions.append(Outcome.Prediction(.popularity, rank: popular))
        predictions.append(Outcome.Prediction(.coVisitation, rank: visited))
        predictions.append(
            Outcome.Prediction(.learning, rank: predictAndLearn(item, context, at: now, line: &learning))
        )
        if var line = candidate {
            candidate = nil
            predictions.append(
                Outcome.Prediction(.candidate, rank: predictAndLearn(item, context, at: now, line: &line))
            )
            candidate = line
        }
        if var line = retrained {
            retrained = nil
            predictions.append(Outcome.Prediction(.retrain, rank: predictAndLearn(item, context, at: now, line: &line)))
            retrained = line
        }
        if policy.good != policy.live, EventSampling.takes(event.event.offset, share: settings.guardShare, purpose: 2) {
            predictions.append(Outcome.Prediction(.lastGood, rank: rank(of: item, context, at: now, by: good)))
        }
        if let frozen {
            predictions.append(Outcome.Prediction(.frozen, rank: rank(of: item, context, at: now, by: frozen)))
        }
        return Outcome(of: event, predictions: predictions)
    }

    /// The rank by a line's newest weights, which then learn how to weigh the features.
    private func predictAndLearn(
        _ item: ItemIndex,
        _ context: ScoringContext,
        at now: Int64,
        line: inout LearningLine
    ) -> Int? {
        let scorer = line.scorer(numbered: nextNumber())
        // The same weights have found the same candidates.
        let candidates = line.scorerNumber == liveNumber ? set : otherSet
        if line.scorerNumber == liveNumber {
            CandidateRanker.rank(set, with: line.fusion.weights)
        } else {
            ranker.rank(
                context,
                with: scorer,
                from: streaming,
                at: now,
                weights: line.fusion.weights,
                into: otherSet
            )
        }
        let rank = candidates.rank(of: item)
        line.fusion.learn(item, among: candidates)
        return rank
    }

    private func rank(of item: ItemIndex, _ context: ScoringContext, at now: Int64, by state: ServedState) -> Int? {
        ranker.rank(
            context,
            with: state.trained?.scorer,
            from: streaming,
            at: now,
            weights: state.fusion,
            into: otherSet
        )
        return otherSet.rank(of: item)
    }
}
