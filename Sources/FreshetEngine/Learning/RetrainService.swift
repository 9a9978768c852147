import FreshetCore
import Logging
import Synchronization

/// Runs full trainings, one at a time, on a thread of low priority beside serving.
final class RetrainService: Sendable {
    private struct State {
        var isRunning = false
        var stage: FullTraining.Stage?
        var order: FullTraining.Order?
        var stops = false
        /// Threads that have not ended: one trains, another may still hand its result over.
        var threads = 0
        /// Who waits for them.
        var waiting: [CheckedContinuation<Void, Never>] = []
        var handler: (@Sendable (FullTraining.Outcome) -> Void)?
    }

    private let training: FullTraining
    private let place: LearnerPlace?
    private let logger: Logger
    private let state = Mutex(State())

    /// Creates a service, which waits for its turn among other engines where it has a place.
    init(training: FullTraining, place: LearnerPlace? = nil, logger: Logger) {
        self.training = training
        self.place = place
        self.logger = logger
    }

    /// How far the running training is; `nil` when none runs and the result of the last one was taken.
    var stage: FullTraining.Stage? { state.withLock { $0.stage } }

    /// What is being trained; `nil` as ``stage``.
    var order: FullTraining.Order? { state.withLock { $0.order } }

    /// How far the running training is, 0 to 1, a trial after it left out; `nil` as ``stage``.
    var progress: Double? {
        stage.map { if case .training(let share) = $0 { share } else { 1 } }
    }

    /// Sets what is called on the training's thread with what came of every order, but not when it was stopped.
    func setHandler(_ handler: @escaping @Sendable (FullTraining.Outcome) -> Void) {
        state.withLock { $0.handler = handler }
    }

    /// Starts a training, unless one runs.
    ///
    /// - Returns: whether it was started.
    @discardableResult
    func start(_ order: FullTraining.Order) -> Bool {
        let starts = state.withLock { state in
            guard !state.isRunning, !state.stops else { return false }
            (state.isRunning, state.stage, state.order) = (true, .training(0), order)
            state.threads += 1
            return true
        }
        guard starts else { return false }
        BackgroundThread.start(named: "freshet-train", niceness: training.settings.niceness) { [self] in
            let result = run(order)
            let handler = state.withLock { state in
                state.isRunning = false
                return state.stops ? nil : state.handler
            }
            handler?(FullTraining.Outcome(order: order, result: result))
            if handler == nil { resultWasTaken() }
            state.withLock { state in
                state.threads -= 1
                guard state.threads == 0 else { return }
                for waiting in state.waiting { waiting.resume() }
                state.waiting = []
            }
        }
        return true
    }

    /// Says that the result of the last training is the candidate now: from here on none runs.
    func resultWasTaken() {
        state.withLock { state in
            if !state.isRunning { (state.stage, state.order) = (nil, nil) }
        }
    }

    /// Ends the running training after its step, without a result, and lets none begin.
    ///
    /// Returns when its thread is over: at the end of the process the generated code that it runs is given back.
    func stop() async {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                state.stops = true
                if state.threads > 0 { state.waiting.append(continuation) } else { continuation.resume() }
            }
        }
    }

    private func run(_ order: FullTraining.Order) -> Result<FullTraining.Product, FreshetError> {
        let isCancelled = { self.state.withLock { $0.stops } }
        guard let place else { return runNow(order) }
        let cancelled = FreshetError(.cancelled, "The training was stopped before its turn came.")
        return place.train(until: isCancelled) { runNow(order) } ?? .failure(cancelled)
    }

    private func runNow(_ order: FullTraining.Order) -> Result<FullTraining.Product, FreshetError> {
        logger.info("full training started", metadata: ["events": "\(order.newest)", "minutes": "\(order.minutes)"])
        do {
            let product = try training.run(
                order,
                isCancelled: { self.state.withLock { $0.stops } },
                report: { stage in self.state.withLock { $0.stage = stage } }
            )
            logger.info("full training finished", metadata: ["seconds": "\(product.seconds)"])
            return .success(product)
        } catch let error as FreshetError {
            if error.kind != .cancelled { logger.error("full training failed", metadata: ["error": "\(error)"]) }
            return .failure(error)
        } catch let error {
            logger.error("full training failed", metadata: ["error": "\(error)"])
            return .failure(FreshetError(.external, "The training failed: \(error)."))
        }
    }
}
