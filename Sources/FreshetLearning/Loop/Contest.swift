import FreshetCore
import FreshetData
import FreshetModels

/// Who predicts what, and what came of it: every contender's predictions, the yardsticks, the figures, and the detectors of
/// drift.
struct Contest {
    let settings: LearningLoop.Settings
    /// The share of events that are predicted before they are learned.
    var share: Double
    /// The prequential figures.
    var evaluation: PrequentialEvaluation
    var yardsticks = Yardsticks()
    var drift: DriftMonitor
    /// What the trained version that serves adds to the counts.
    var gain = TrainedGain()
    /// Models that never answer, to compare with.
    private(set) var compared: [ComparedLine] = []
    /// The counts alone, which ``gain`` is measured against; `nil` until a trained version serves.
    private var counts: ComparedLine?
    private var ranker: CandidateRanker
    /// The same without ``evidence``.
    private let unread: CandidateRanker
    private var scored = Scored()
    /// Called before every prediction with the candidates of what answers.
    var witness: ((StreamEvent, CandidateSet) -> Void)?

    /// The candidates of those who answer or may, for the events that are predicted together.
    private struct Scored {
        var live = ScoredEvents()
        var learning = ScoredEvents()
        var candidate = ScoredEvents()
        var good = ScoredEvents()
        var frozen = ScoredEvents()
    }

    init(settings: LearningLoop.Settings) {
        self.settings = settings
        share = settings.evaluationShare
        evaluation = PrequentialEvaluation(settings: settings.prequential)
        drift = DriftMonitor(settings: settings.drift)
        ranker = CandidateRanker(configuration: settings.ranker)
        unread = ranker
    }

    /// What is known of candidates beside the counts and trained models, such as what their texts say.
    var evidence: [any CandidateEvidence] {
        get { ranker.evidence }
        set { ranker = CandidateRanker(configuration: ranker.configuration, evidence: newValue) }
    }

    /// The features that candidates have.
    var features: FeatureTable { ranker.table }

    /// Starts all figures anew.
    mutating func restart() { evaluation = PrequentialEvaluation(settings: settings.prequential) }

    /// Compares with a model that never answers, from now on; one that had the name goes, but for what ranks.
    ///
    /// - Parameters:
    ///   - contender: its name.
    ///   - readsEvidence: whether it knows the ``evidence``.
    ///   - ranking: what ranks for one whose name is new.
    ///   - line: makes the line from what ranks.
    mutating func compare(
        _ contender: Contender,
        readsEvidence: Bool,
        ranking: any RankerLearner,
        _ line: (any RankerLearner) throws -> LearningLine
    ) rethrows {
        let old = compared.first { $0.contender == contender }
        let new = try line((old?.line.ranking ?? ranking).anew())
        compared.removeAll { $0.contender == contender }
        compared.append(ComparedLine(contender, readsEvidence: readsEvidence, new))
    }

    /// Has those that learn and never answer learn events.
    mutating func learn(_ events: [StreamEvent], reading content: ContentView?, emphasis: OnlineLearning.Emphasis) {
        for index in compared.indices {
            _ = compared[index].line.learn(events, reading: content, emphasis: emphasis)
        }
    }

    /// Has what is compared forget a user.
    mutating func erase(_ user: UserIndex) {
        for line in compared { _ = line.line.learner?.erase(user) }
    }

    /// Whether an event is predicted before it is learned: what a user likes next is, but that they dislike something,
    /// were shown it, or liked it long before it was told, is no goal.
    func predicts(_ event: StreamEvent) -> Bool {
        event.event.weight > 0 && !event.isLate
            && EventSampling.takes(event.event.offset, share: share, purpose: 1)
    }

    /// Whether what is live is compared with the last good state on an event.
    private func guards(_ event: StreamEvent, _ publication: Publication) -> Bool {
        publication.isGuarded && EventSampling.takes(event.event.offset, share: settings.guardShare, purpose: 2)
    }

    /// Whether what is live is compared with the counts alone on an event.
    private func measuresGain(_ event: StreamEvent, _ publication: Publication) -> Bool {
        publication.live.trained != nil
            && EventSampling.takes(event.event.offset, share: settings.countsShare, purpose: 3)
    }
}

// MARK: - Predictions

extension Contest {
    /// Has every contender's model score events that are about to be predicted.
    mutating func score(_ events: [StreamEvent], _ lines: inout Lines, _ publication: Publication) {
        scored.live.score(events, by: publication.live.trained?.scorer, with: ranker)
        // The same weights find the same candidates.
        let learned = lines.learningScorer()
        if lines.learning.scorerNumber != publication.liveNumber {
            scored.learning.score(events, by: learned, with: ranker)
        }
        if !lines.isCatchingUp, let scorer = lines.candidateScorer() {
            scored.candidate.score(events, by: scorer, with: ranker)
        }
        for index in compared.indices { compared[index].score(events, with: ranker) }
        if let frozen = publication.frozen { scored.frozen.score(events, by: frozen.trained?.scorer, with: ranker) }
        let guarded = events.filter { guards($0, publication) }
        scored.good.score(guarded, by: publication.good.trained?.scorer, with: ranker)
        if publication.live.trained != nil, counts == nil {
            counts = ComparedLine(.counts, LearningLine(still: nil, ranking: lines.learning.ranking))
        }
        let measured = events.filter { measuresGain($0, publication) }
        if var line = counts.take() {
            line.score(measured, with: ranker)
            counts = line
        }
    }

    /// The rank that every contender gives an event's item beforehand; what ranks learns from it at once.
    mutating func predict(
        _ event: StreamEvent,
        from streaming: StreamingModels,
        _ lines: inout Lines,
        _ publication: Publication
    ) -> Outcome {
        let item = event.event.item
        let live = publication.live
        let answered = scored.live.ranked(
            event,
            by: ranker,
            from: streaming,
            reading: live.reading,
            orderedBy: live.ranker
        )
        witness?(event, answered)
        var predictions = [Outcome.Prediction(.live, rank: answered.rank(of: item))]
        let (popular, visited) = yardsticks.ranks(of: item, among: answered)
        predictions.append(Outcome.Prediction(.popularity, rank: popular))
        predictions.append(Outcome.Prediction(.coVisitation, rank: visited))
        if lines.learning.scorerNumber == publication.liveNumber {
            lines.learning.ranking.ranker.rank(answered)
            predictions.append(Outcome.Prediction(.learning, rank: answered.rank(of: item)))
            lines.learning.ranking.learn(item, among: answered)
        } else {
            predictions.append(
                Self.rankAndLearn(
                    event,
                    ranker,
                    .learning,
                    scored.learning,
                    streaming,
                    lines.learning.reading,
                    &lines.learning.ranking
                )
            )
        }
        // Taken out while it learns, so that its arrays are not copied.
        if !lines.isCatchingUp, var line = lines.candidate.take() {
            predictions.append(
                Self.rankAndLearn(
                    event,
                    ranker,
                    .candidate,
                    scored.candidate,
                    streaming,
                    line.reading,
                    &line.ranking
                )
            )
            lines.candidate = line
        }
        for index in compared.indices {
            let (contender, scored) = (compared[index].contender, compared[index].scored)
            let ranker = compared[index].readsEvidence ? ranker : unread
            predictions.append(
                Self.rankAndLearn(
                    event,
                    ranker,
                    contender,
                    scored,
                    streaming,
                    live.reading,
                    &compared[index].line.ranking
                )
            )
        }
        if guards(event, publication) {
            let good = publication.good
            let set = scored.good.ranked(
                event,
                by: ranker,
                from: streaming,
                reading: good.reading,
                orderedBy: good.ranker
            )
            predictions.append(Outcome.Prediction(.lastGood, rank: set.rank(of: item)))
        }
        if let frozen = publication.frozen {
            let rank = rank(event, by: frozen, of: live, among: answered, streaming)
            predictions.append(Outcome.Prediction(.frozen, rank: rank))
        }
        if measuresGain(event, publication), var line = counts.take() {
            let alone = Self.rankAndLearn(
                event,
                ranker,
                .counts,
                line.scored,
                streaming,
                live.reading,
                &line.line.ranking
            )
            counts = line
            gain.add(predictions[0].reciprocalRank, counts: alone.reciprocalRank, of: live.version)
        }
        let age = streaming.lifetime(of: item).map { max(0, event.event.time.seconds - $0.lowerBound) }
        return Outcome(of: event, itemAge: age, predictions: predictions)
    }

    /// The rank by a state that does not learn; without a model on either side the live one's candidates are its own.
    private func rank(
        _ event: StreamEvent,
        by frozen: ServedState,
        of live: ServedState,
        among answered: CandidateSet,
        _ streaming: StreamingModels
    ) -> Int? {
        if frozen.trained == nil && live.trained == nil && frozen.reading === live.reading {
            frozen.ranker.rank(answered)
            return answered.rank(of: event.event.item)
        }
        return scored.frozen.ranked(
            event,
            by: ranker,
            from: streaming,
            reading: frozen.reading,
            orderedBy: frozen.ranker
        ).rank(of: event.event.item)
    }

    /// The rank by a line, which then learns how to rank.
    private static func rankAndLearn(
        _ event: StreamEvent,
        _ ranker: CandidateRanker,
        _ contender: Contender,
        _ scored: ScoredEvents,
        _ streaming: StreamingModels,
        _ reading: ContentReading?,
        _ ranking: inout any RankerLearner
    ) -> Outcome.Prediction {
        let set = scored.ranked(event, by: ranker, from: streaming, reading: reading, orderedBy: ranking.ranker)
        let rank = set.rank(of: event.event.item)
        ranking.learn(event.event.item, among: set)
        return Outcome.Prediction(contender, rank: rank)
    }
}
