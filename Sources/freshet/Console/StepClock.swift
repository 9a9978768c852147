import FreshetModels
import Synchronization

/// Times the steps of a training by its reports.
final class StepClock: Sendable {
    private struct State {
        var phase = ""
        var completed = 0
        var time = 0.0
        var seconds: [Double] = []
    }

    private let state = Mutex(State())

    /// Takes a report; one that continues the last ends a step.
    func update(_ progress: TrainingProgress) {
        let now = ProgressReporter.now()
        state.withLock { state in
            if progress.phase == state.phase && progress.completed == state.completed + 1 {
                state.seconds.append(now - state.time)
            }
            (state.phase, state.completed, state.time) = (progress.phase, progress.completed, now)
        }
    }

    /// The median step in seconds; `nil` for a model without steps.
    var median: Double? {
        state.withLock { $0.seconds.isEmpty ? nil : $0.seconds.sorted()[$0.seconds.count / 2] }
    }
}
