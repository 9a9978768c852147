import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor

/// Trains a model on one period after the other.
protocol PeriodTrainer {
    /// The model as it serves; `nil` before the first period.
    var scorer: (any Scorer)? { get }
    /// Recall@20 on the held-out sessions of the newest period.
    var validationRecall: Double { get }
    /// How often the newest period was gone over.
    var epochs: Int { get }

    /// Forgets the model: the next period is learned from scratch.
    mutating func restart()

    /// Learns a period.
    ///
    /// - Parameters:
    ///   - period: the period.
    ///   - random: the generator of the run.
    /// - Throws: ``FreshetError`` when the model cannot be trained.
    mutating func learn(_ period: PeriodLesson, random: inout RandomSource) throws
}

/// What there is to learn of a period.
struct PeriodLesson {
    /// The number of the cycle, from 1.
    var cycle: Int
    /// The sessions, those that are held out among them.
    var sessions: Histories
    /// Which of them are learned, in any order.
    var learned: [UserIndex]
    /// What is asked of the others.
    var validation: PeriodQueries
    /// How many items are known now.
    var itemCount: Int
}
