import Foundation
import FreshetCore
import Synchronization

/// Lets the learners of several engines take turns, so that a shop with many events keeps none of the others from learning.
///
/// Learners share by processor time: a batch is a turn, and the next goes to the shop that has had least. Full trainings,
/// which take minutes, go one after the other in the order of the same account. Where there is one engine, nobody waits.
public final class LearningTurns: Sendable {
    private let batches: TurnGate
    private let trainings: TurnGate
    private let numbers = Atomic(0)

    /// Creates turns.
    ///
    /// - Parameters:
    ///   - learners: how many learners may work at a time.
    ///   - trainings: how many full trainings may run at a time.
    public init(learners: Int = max(1, ProcessInfo.processInfo.activeProcessorCount / 2), trainings: Int = 1) {
        batches = TurnGate(places: learners)
        self.trainings = TurnGate(places: trainings)
    }

    /// The place of an engine among the others.
    func place(weight: Double) -> LearnerPlace {
        LearnerPlace(
            number: numbers.add(1, ordering: .relaxed).newValue,
            weight: weight,
            batches: batches,
            trainings: trainings
        )
    }
}

/// The place of one engine's learner among those of others.
final class LearnerPlace: Sendable {
    private let number: Int
    private let batches: TurnGate
    private let trainings: TurnGate

    fileprivate init(number: Int, weight: Double, batches: TurnGate, trainings: TurnGate) {
        self.number = number
        self.batches = batches
        self.trainings = trainings
        batches.add(number, weight: weight)
        trainings.add(number, weight: weight)
    }

    deinit {
        batches.remove(number)
        trainings.remove(number)
    }

    /// Learns when it is this engine's turn; `nil` when `isCancelled` says so before.
    func learn<Result>(until isCancelled: () -> Bool, _ body: () throws -> Result) rethrows -> Result? {
        try batches.take(number, until: isCancelled, body)
    }

    /// Trains when it is this engine's turn; `nil` when `isCancelled` says so before.
    func train<Result>(until isCancelled: () -> Bool, _ body: () throws -> Result) rethrows -> Result? {
        try trainings.take(number, until: isCancelled, body)
    }
}
