import FreshetCore
import FreshetNN

/// The linear fusion with a factorization machine beside it: what goes with the hour, the day and what was chosen last.
///
/// The fusion weighs how strong each kind of evidence is, for all items alike. The machine learns of single items, and of
/// what they are, in which situation they are chosen; see ``SituationFactors`` for its score.
public struct FactorizationRanker: LearnedRanker, Equatable {
    /// The name in the registry of rankers.
    public static let name = "factorization-machine"

    /// The weights of the features.
    public internal(set) var fusion: FusionWeights
    let factors: SituationFactors

    /// A ranker that knows the weights of the features alone.
    public init(fusion: FusionWeights = FusionWeights()) { self.init(fusion: fusion, factors: SituationFactors()) }

    init(fusion: FusionWeights, factors: SituationFactors) { (self.fusion, self.factors) = (fusion, factors) }

    /// Computes the scores.
    public func rank(_ set: CandidateSet) {
        fusion.rank(set)
        set.describe()
        factors.addScores(to: set)
    }

    /// The same for candidates with the features of a table.
    public func fitted(to table: FeatureTable) -> FactorizationRanker {
        var fitted = self
        fitted.fusion = fusion.fitted(to: table)
        return fitted
    }

    /// The state: that of a ``FactorizationTrainer`` that knows nothing but this.
    public func checkpoint() -> Checkpoint { FactorizationTrainer(from: self, settings: RankerSettings()).checkpoint() }

    /// The ranker of a state of a ``FactorizationTrainer``.
    /// - Throws: ``FreshetError`` of kind `invalidData` when it is not such a state, or is damaged.
    public init(from checkpoint: Checkpoint) throws {
        self = try FactorizationTrainer(restoring: checkpoint, settings: RankerSettings()).ranker
    }
}
