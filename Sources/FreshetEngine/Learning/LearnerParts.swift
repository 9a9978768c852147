import FreshetCore
import FreshetData
import Logging

/// What the learner works with: the engine's parts that outlive it.
struct LearnerParts: Sendable {
    let store: any EngineStore
    let configuration: EngineConfiguration
    let clock: EngineClock
    let logger: Logger
    let live: LiveModel
    let archive: SnapshotArchive
    let pins: VersionPins
    let writer: SnapshotWriter
    let records: RecordQueue
    let book: VersionBook
    let decisions: DecisionLog
    let health: HealthBoard
    let freshness: Histogram
    let retraining: RetrainService
    let content: ContentService
    let preload: Preload
    let trial: CandidateTrial
    let feedback: FeedbackService
    /// Brings what is learned to other machines, if there are others.
    let publisher: StatePublisher?
    /// Its place among the learners of other engines, if there are others.
    let place: LearnerPlace?

    /// Does one batch's work when it is this learner's turn; `nil` when `isCancelled` says so before.
    func turn<Result>(until isCancelled: () -> Bool, _ body: () throws -> Result) rethrows -> Result? {
        guard let place else { return try body() }
        return try place.learn(until: isCancelled, body)
    }

    /// The file of the learner's state.
    var checkpointPath: String { configuration.folder + "/" + LearnedFiles.checkpoint }
}
