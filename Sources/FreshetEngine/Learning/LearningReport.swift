import FreshetCore
import FreshetLearning

/// What the learner says about itself, as the status shows it.
struct LearningReport: Sendable {
    /// The newest event learned.
    var offset: Int64 = 0
    /// How many events the candidate has yet to learn before it competes; `nil` when none is on its way.
    var candidateLag: Int64?
    /// What there is to know of a first trained version; `nil` when a trained one serves.
    var firstVersion: FirstVersionProgress?
    /// What the trained version adds to the counts; `nil` when none serves.
    var gain: EngineStatus.Gain?
    /// The loss of the newest micro-update.
    var loss: Double?
    /// The learning rate of the newest micro-update.
    var learningRate: Double?
    /// The prequential figures by contender and metric.
    var figures: [String: [String: Double]] = [:]
    /// The same for the first events of users, and for items by their age, by cohort.
    var cohorts: [String: [String: [String: Double]]] = [:]
    /// The figures over time.
    var curve: [EngineStatus.CurvePoint] = []
    /// How each kept period is predicted after each promotion.
    var forgetting = EngineStatus.Forgetting()
}

extension EngineStatus.Forgetting {
    /// What the loop has measured.
    init(_ matrix: ForgettingMatrix) {
        self.init()
        periods = matrix.periods
        versions = matrix.versions
        scores = matrix.scores
        backwardTransfer = matrix.backwardTransfer
    }
}
