import FreshetData
import FreshetModels

/// A model that is compared with the live one and never answers; what ranks its candidates learns, and itself where it is told to.
struct ComparedLine {
    let contender: Contender
    /// Whether it knows the loop's evidence, or the counts and its model alone.
    let readsEvidence: Bool
    var line: LearningLine
    /// The candidates of the events that are predicted together.
    private(set) var scored = ScoredEvents()

    init(_ contender: Contender, readsEvidence: Bool = true, _ line: LearningLine) {
        (self.contender, self.readsEvidence, self.line) = (contender, readsEvidence, line)
    }

    /// Scores events that are about to be predicted.
    mutating func score(_ events: [StreamEvent], with ranker: CandidateRanker) {
        // Nobody asks whether two of them have the same weights.
        scored.score(events, by: line.scorer(numbered: 0), with: ranker)
    }
}
