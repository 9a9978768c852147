import FreshetData
import FreshetModels

/// A model that is compared with the live one and never answers: it does not learn, its fusion weights do.
struct ComparedLine {
    let contender: Contender
    /// The model; `nil` for the counts alone.
    let scorer: (any Scorer)?
    /// Whether it knows the loop's evidence, or the counts and its model alone.
    let readsEvidence: Bool
    var fusion: FusionTrainer
    /// The candidates of the events that are predicted together.
    private(set) var scored = ScoredEvents()

    init(_ contender: Contender, scorer: (any Scorer)?, readsEvidence: Bool = true, fusion: FusionTrainer) {
        self.contender = contender
        self.scorer = scorer
        self.readsEvidence = readsEvidence
        self.fusion = fusion
    }

    /// Scores events that are about to be predicted.
    mutating func score(_ events: [StreamEvent], with ranker: CandidateRanker) {
        scored.score(events, by: scorer, with: ranker)
    }
}
