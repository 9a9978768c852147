import FreshetCore
import FreshetNN
import FreshetTensor

/// Learns a ``FactorizationRanker`` event by event: softmax cross-entropy over the candidates, the item that came as the
/// target, as ``FusionTrainer`` does, whose steps it shares.
public struct FactorizationTrainer: RankerLearner {
    private static let layout = "freshet-factorization-ranker-1"

    private var fusion: FusionTrainer
    private var factors: SituationFactors
    var settings = SituationFactors.Settings()

    /// Starts with a ranker; with the first one of all unless given.
    public init(from ranker: FactorizationRanker?, settings: RankerSettings) {
        fusion = FusionTrainer(from: ranker?.fusion, settings: settings)
        factors = ranker?.factors ?? SituationFactors()
    }

    /// Goes on from what the linear fusion learned.
    public static func adopted(_ ranker: any LearnedRanker) -> FactorizationRanker? {
        (ranker as? FusionWeights).map(FactorizationRanker.init(fusion:))
    }

    /// What it has learned so far.
    public var ranker: FactorizationRanker { FactorizationRanker(fusion: fusion.weights, factors: factors) }

    /// How many events it has learned.
    public var eventCount: Int64 { fusion.eventCount }

    /// Learns which candidate came.
    @discardableResult
    public mutating func learn(_ item: ItemIndex, among set: CandidateSet) -> Float? {
        guard let target = set.index(of: item) else { return nil }
        fusion.fit(to: set.table)
        ranker.rank(set)
        let loss = fusion.learn(target, of: set)
        step(target, of: set)
        return loss
    }

    /// One step of the factors, by the probabilities that the fusion's step left as scores.
    ///
    /// What the softmax expects is estimated from a few candidates that are drawn by their probabilities, so that a step
    /// costs the same however many there are.
    private mutating func step(_ target: Int, of set: CandidateSet) {
        for feature in set.situation { factors.open(feature.row) }
        let situation = factors.vector(of: set.situation)
        var situationGradient = SIMD16<Float>.zero
        move(target, of: set, situation, by: -1, &situationGradient)
        var random = RandomSource.stream(seed: UInt64(bitPattern: eventCount), 0x5174)
        set.drawByScore(settings.draws, using: &random) { place, times in
            let share = Float(times) / Float(settings.draws)
            move(place, of: set, situation, by: share, &situationGradient)
        }
        for feature in set.situation {
            factors.step(feature.row, against: situationGradient * feature.amount, settings)
        }
    }

    /// Moves a candidate's rows by its part of the gradient, and adds what it says of the situation's.
    private mutating func move(
        _ place: Int,
        of set: CandidateSet,
        _ situation: SIMD16<Float>,
        by error: Float,
        _ situationGradient: inout SIMD16<Float>
    ) {
        let features = set.itemFeatures(at: place)
        for feature in features { factors.open(feature.row) }
        situationGradient += factors.vector(of: features) * error
        for feature in features {
            factors.step(feature.row, against: situation * (error * feature.amount), settings)
        }
    }

    /// The learner for another trained model: the fusion's part begins as that does, the factors stay.
    public func anew(from ranker: FactorizationRanker?) -> FactorizationTrainer {
        var trainer = self
        trainer.fusion = fusion.anew(from: ranker?.fusion)
        if let ranker { trainer.factors = ranker.factors }
        return trainer
    }

    /// The whole state.
    public func checkpoint() -> Checkpoint {
        var checkpoint = Checkpoint(arrays: [:], metadata: ["layout": Self.layout])
        checkpoint.add(fusion.checkpoint(), as: "fusion")
        factors.store(in: &checkpoint, as: "factors")
        return checkpoint
    }

    /// Takes over a state.
    /// - Throws: ``FreshetError`` of kind `invalidData` when it is not such a state, or is damaged.
    public init(restoring checkpoint: Checkpoint, settings: RankerSettings) throws {
        guard checkpoint.metadata["layout"] == Self.layout else {
            throw FreshetError(.invalidData, "The checkpoint does not hold a \(FactorizationRanker.name).")
        }
        fusion = try FusionTrainer(from: checkpoint.portion("fusion") ?? Checkpoint(), configuration: settings)
        factors = try SituationFactors(from: checkpoint, name: "factors")
    }
}
