import FreshetCore
import FreshetTensor

/// The loop over the epochs of a model with gradients: it validates after each, keeps the best weights, and ends when they
/// have not become better for a while.
struct EpochLoop {
    /// How many epochs there are at most.
    let epochs: Int
    /// After how many epochs without a better validation it ends.
    let patience: Int
    let data: TrainingData
    let session: TrainingSession

    /// Runs the epochs.
    ///
    /// - Parameters:
    ///   - current: the weights that an epoch changes.
    ///   - best: where the best go; the last ones where there is nothing to validate on.
    ///   - steps: how many steps an epoch has.
    ///   - scorer: a scorer of the weights as they are.
    ///   - step: makes a step of an epoch, both counted from 0, and gives its loss, summed over so many.
    /// - Throws: ``FreshetError`` of kind `cancelled` when the session was stopped, of kind `usage` when the weights do not
    ///   stay finite.
    func run(
        learning current: ParameterSet,
        keeping best: ParameterSet,
        steps: Int,
        scorer: () -> any Scorer,
        step: (_ epoch: Int, _ step: Int) -> (loss: Double, count: Int)
    ) throws {
        best.assign(from: current)
        var (bestEpoch, highest) = (0, -1.0)
        var validation: Double?
        for epoch in 0..<(steps > 0 ? epochs : 0) {
            let start = ContinuousClock.now
            var (loss, count) = (0.0, 0)
            for place in 0..<steps {
                try session.checkCancellation()
                let part = step(epoch, place)
                (loss, count) = (loss + part.loss, count + part.count)
                report(epoch * steps + place + 1, of: steps, loss / Double(max(count, 1)), validation)
            }
            guard loss.isFinite, current.areFinite else {
                throw FreshetError(
                    .usage,
                    "The training did not stay finite in epoch \(epoch + 1).",
                    remedy: "Set a smaller learningRate or weightDecay."
                )
            }
            var record = EpochRecord(
                epoch: epoch + 1,
                loss: loss / Double(max(count, 1)),
                seconds: start.duration(to: .now) / .seconds(1)
            )
            if !data.validation.isEmpty {
                validation = LeaveOneOutValidation(of: scorer(), on: data, pool: session.pool).ndcg
                record.validation = validation
            }
            report((epoch + 1) * steps, of: steps, record.loss, validation, finished: record)
            if let validation, validation <= highest {
                if epoch - bestEpoch >= patience { break }
                continue
            }
            (bestEpoch, highest) = (epoch, validation ?? highest)
            best.assign(from: current)
        }
    }

    private func report(
        _ done: Int,
        of steps: Int,
        _ loss: Double,
        _ validation: Double?,
        finished: EpochRecord? = nil
    ) {
        session.report(
            TrainingProgress(
                phase: "epoch \((done + steps - 1) / steps)",
                completed: done,
                total: epochs * steps,
                loss: loss,
                validation: validation,
                finishedEpoch: finished
            )
        )
    }
}
