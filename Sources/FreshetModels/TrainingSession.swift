import FreshetCluster
import FreshetCore
import FreshetNN
import FreshetTensor
import Synchronization

/// Everything a training run needs beside model and data: seed, threads, who watches, where it resumes.
public struct TrainingSession: Sendable {
    /// The seed of everything random.
    public var seed: UInt64
    /// The threads.
    public var pool: ThreadPool
    /// Who trains together; this process alone unless given.
    ///
    /// Of the models only the sequence transformer asks.
    public var parallel = DataParallel()
    /// Called with the state of the work, from the training thread; often, so it must be quick.
    public var report: @Sendable (TrainingProgress) -> Void
    /// Asked between steps; `true` ends the run with a last checkpoint and a `cancelled` error.
    public var isCancelled: @Sendable () -> Bool
    /// An unfinished run to go on from, as ``saveCheckpoint`` received it.
    public var resumed: Checkpoint?
    /// Called after every epoch, and when cancelled, with all that an exact resumption needs.
    public var saveCheckpoint: (@Sendable (Checkpoint) throws -> Void)?

    /// Creates a session; without arguments a silent one with seed 1 and a thread a core.
    public init(
        seed: UInt64 = 1,
        pool: ThreadPool = ThreadPool(),
        report: @escaping @Sendable (TrainingProgress) -> Void = { _ in },
        isCancelled: @escaping @Sendable () -> Bool = { false },
        resumed: Checkpoint? = nil,
        saveCheckpoint: (@Sendable (Checkpoint) throws -> Void)? = nil
    ) {
        self.seed = seed
        self.pool = pool
        self.report = report
        self.isCancelled = isCancelled
        self.resumed = resumed
        self.saveCheckpoint = saveCheckpoint
    }

    /// Throws when the run was cancelled.
    public func checkCancellation() throws {
        if isCancelled() { throw Self.stopped }
    }

    /// The error of a training that was stopped.
    static var stopped: FreshetError { FreshetError(.cancelled, "Training was stopped.") }
}

/// How far a training run is.
public struct TrainingProgress: Sendable, Equatable {
    /// What the model is doing, such as "epoch" or "counting pairs".
    public var phase: String
    /// Units of work done, of `total`.
    public var completed: Int
    /// Units of work in all.
    public var total: Int
    /// The running loss, where there is one.
    public var loss: Double?
    /// The latest validation NDCG@10, where there is one.
    public var validation: Double?
    /// Set once an epoch, when it ends: what the report's loss curve and the figures are drawn from.
    public var finishedEpoch: EpochRecord?

    /// Creates a progress value.
    public init(
        phase: String,
        completed: Int,
        total: Int,
        loss: Double? = nil,
        validation: Double? = nil,
        finishedEpoch: EpochRecord? = nil
    ) {
        self.phase = phase
        self.completed = completed
        self.total = total
        self.loss = loss
        self.validation = validation
        self.finishedEpoch = finishedEpoch
    }
}

/// One finished epoch.
public struct EpochRecord: Sendable, Equatable, Codable {
    /// Its number from 1.
    public var epoch: Int
    /// The mean training loss.
    public var loss: Double
    /// Seconds of training, validation left out.
    public var seconds: Double
    /// Validation NDCG@10, when it was measured after this epoch; of a ``FactorizationMachine`` the negative log loss.
    public var validation: Double?

    /// Creates a record.
    public init(epoch: Int, loss: Double, seconds: Double, validation: Double? = nil) {
        self.epoch = epoch
        self.loss = loss
        self.seconds = seconds
        self.validation = validation
    }
}
