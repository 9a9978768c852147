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

    /// The file of the learner's state.
    var checkpointPath: String { configuration.folder + "/" + LearnedFiles.checkpoint }
}
