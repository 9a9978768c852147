import Foundation
import FreshetCore
import FreshetLearning
import FreshetModels
import FreshetNN
import FreshetTensor

/// Where the learner begins: at its checkpoint, at the newest good version on disk, or at nothing.
struct LearningStart {
    /// How many newest events of a log that no learner ever saw are predicted and learned; older ones are only remembered.
    private static let unseen: Int64 = 20_000

    /// The loop, with the live state in it.
    let loop: LearningLoop
    /// Events up to here have been learned, or need not be.
    let base: Int64
    /// Whether the loop comes from a checkpoint, with its streaming models at ``base``.
    let isResumed: Bool

    /// Finds the beginning.
    ///
    /// - Parameters:
    ///   - configuration: the settings.
    ///   - archive: the versions on disk.
    ///   - newest: the newest event of the log: what knows more is of another log.
    ///   - highestVersion: the highest version that was ever given.
    ///   - health: told of what is damaged.
    /// - Throws: ``FreshetError`` when the live model cannot be learned further.
    init(
        _ configuration: EngineConfiguration,
        _ archive: SnapshotArchive,
        newest: Int64,
        highestVersion: Int,
        health: HealthBoard
    ) throws {
        let settings = configuration.loopSettings
        let pool = ThreadPool(threads: configuration.learning.threads)
        let path = configuration.folder + "/" + LearnedFiles.checkpoint
        if FileManager.default.fileExists(atPath: path) {
            do {
                let checkpoint = try Checkpoint(encoded: FileContents.read(path), requiringChecksum: true)
                let loop = try LearningLoop(from: checkpoint, settings: settings, seed: configuration.seed, pool: pool)
                if loop.offset <= newest {
                    self.init(loop: loop, base: loop.offset, isResumed: true)
                    return
                }
                health.markFailed(
                    Self.part,
                    FreshetError(.invalidData, "The learner's checkpoint is ahead of the log, which was restored.")
                )
            } catch let error as FreshetError {
                health.markFailed(Self.part, error)
            }
        }
        let state = Self.newestGood(archive, newest: newest, health: health)
        let loop = try LearningLoop(
            settings: settings,
            live: state,
            highestVersion: max(highestVersion, archive.versions().first?.number ?? 0),
            seed: configuration.seed,
            pool: pool
        )
        let base = state.trained == nil ? max(0, newest - Self.unseen) : state.offset
        self.init(loop: loop, base: base, isResumed: false)
    }

    private init(loop: LearningLoop, base: Int64, isResumed: Bool) {
        (self.loop, self.base, self.isResumed) = (loop, base, isResumed)
    }

    /// The part of the engine's health that is about versions and checkpoints on disk.
    static let part = "snapshots"

    /// The version that answered last when it can be read, else one before it, else the newest that can; version 0 when
    /// there is none.
    private static func newestGood(_ archive: SnapshotArchive, newest: Int64, health: HealthBoard) -> ServedState {
        let stored = archive.versions()
        let named = archive.live() ?? stored.first ?? ModelVersion(0)
        guard named.number > 0 else { return ServedState() }
        // One that is newer than the last to answer has lost against it.
        let trusted = stored.filter { $0.number <= named.number }
        for version in trusted + stored.filter({ $0.number > named.number }) {
            do {
                let state = try archive.read(version)
                if state.offset <= newest { return state }
            } catch let error {
                health.markFailed(part, error)
            }
        }
        return ServedState()
    }
}
