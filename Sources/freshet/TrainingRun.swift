import Foundation
import FreshetCluster
import FreshetCore
import FreshetModels
import FreshetNN
import FreshetTensor
import Synchronization

/// One training with its progress, its checkpoints and its interruption.
struct TrainingRun {
    let description: ModelDescription
    /// What the progress is called; the model's name unless given.
    var title: String?
    let data: TrainingData
    let seed: UInt64
    let pool: ThreadPool
    /// Where checkpoints go; `nil` keeps none.
    var folder: TrainingFolder?
    var isResuming = false
    /// The ranks that train together.
    var parallel = DataParallel()
    let console: Console
    /// Sees every state of the work beside the progress bar.
    var observe: @Sendable (TrainingProgress) -> Void = { _ in }
    /// Asked between steps whether to stop.
    var isCancelled: @Sendable () -> Bool = { Interruption.isRequested }

    /// What a training gives.
    struct Outcome {
        let scorer: any Scorer
        let configurationJSON: String
        let epochs: [EpochRecord]
        let trainSeconds: Double
        /// The model's own figures, by name.
        let figures: [String: Double]
        /// The figures on the held-out events; `nil` where there are none.
        let validation: LeaveOneOutValidation?
    }

    /// Trains until the model is done or somebody presses Ctrl-C.
    /// - Throws: ``FreshetError``; of kind `cancelled` when stopped, and it says how to go on.
    func train(_ learner: some Learner) throws -> Outcome {
        let configurationJSON = description.configurationJSON(of: learner)
        var state = TrainingState(
            model: description.name,
            configurationJSON: configurationJSON,
            seed: seed,
            threads: pool.threads,
            data: data
        )
        let resumed = try folder.flatMap { try unfinished(in: $0, state: &state) }
        return try perform(from: state, resumed: resumed) { session in
            var learner = learner
            try learner.fit(data, session: session)
            return (learner.makeScorer(), configurationJSON, learner.figures)
        }
    }

    /// Makes a hybrid of trained models: only the weights of the parts are chosen.
    /// - Throws: ``FreshetError`` when the parts do not go together, or when stopped.
    func assemble(_ parts: [TrainedPart], fusion: Hybrid.Fusion = .scores) throws -> Outcome {
        let state = TrainingState(
            model: description.name,
            configurationJSON: "{}",
            seed: seed,
            threads: pool.threads,
            data: data
        )
        return try perform(from: state, resumed: nil) { session in
            let hybrid = try Hybrid(parts: parts, fusion: fusion, data: data, session: session)
            return (hybrid.makeScorer(), description.configurationJSON(of: hybrid), [:])
        }
    }

    /// Runs the work under a progress bar, with checkpoints and Ctrl-C.
    private func perform(
        from earlier: TrainingState,
        resumed: Checkpoint?,
        _ work: (TrainingSession) throws -> (scorer: any Scorer, configurationJSON: String, figures: [String: Double])
    ) throws -> Outcome {
        let progress = ProgressReporter(title: title ?? description.name, isQuiet: console.isQuiet)
        let began = ProgressReporter.now()
        let seconds = { @Sendable in earlier.trainSeconds + ProgressReporter.now() - began }
        var session = TrainingSession(seed: seed, pool: pool, isCancelled: isCancelled, resumed: resumed)
        session.parallel = parallel
        session.report = { [observe] in
            progress.update($0)
            observe($0)
        }
        let saves = Saves()
        if let folder {
            session.saveCheckpoint = { checkpoint in
                var state = earlier
                state.epochs = progress.epochs
                state.trainSeconds = seconds()
                try folder.save(checkpoint, state: state)
                saves.count.add(1, ordering: .relaxed)
            }
        }
        Interruption.watch()
        defer { progress.finish() }
        do {
            let (scorer, configurationJSON, figures) = try work(session)
            let trainSeconds = seconds()
            return Outcome(
                scorer: scorer,
                configurationJSON: configurationJSON,
                epochs: progress.epochs,
                trainSeconds: trainSeconds,
                figures: figures,
                validation: data.validation.isEmpty || !parallel.collective.isFirst
                    ? nil : LeaveOneOutValidation(of: scorer, on: data, pool: pool)
            )
        } catch let error as FreshetError where error.kind == .cancelled {
            progress.finish()
            throw stopped(hasCheckpoint: saves.count.load(ordering: .relaxed) > 0)
        }
    }

    /// How many checkpoints a run has saved.
    private final class Saves: Sendable {
        let count = Atomic(0)
    }

    /// The manifest of a finished training.
    ///
    /// - Parameters:
    ///   - outcome: what the training gave.
    ///   - preset: the preset that was asked for.
    ///   - summary: what it was trained on.
    ///   - metrics: figures beside those on the validation events.
    /// - Returns: the manifest, without the files' checksums.
    func manifest(
        of outcome: Outcome,
        preset: String?,
        summary: DataSummary,
        metrics: [String: Double] = [:]
    ) -> SnapshotManifest {
        var metrics = metrics.merging(outcome.figures) { first, _ in first }
        metrics["validation ndcg@10"] = outcome.validation?.ndcg
        metrics["validation hr@10"] = outcome.validation?.hitRate
        return SnapshotManifest(
            model: description.name,
            preset: preset,
            configurationJSON: outcome.configurationJSON,
            seed: seed,
            threads: pool.threads,
            data: summary,
            metrics: metrics,
            epochs: outcome.epochs,
            trainSeconds: outcome.trainSeconds
        )
    }

    private func unfinished(in folder: TrainingFolder, state: inout TrainingState) throws -> Checkpoint? {
        guard folder.isUnfinished else {
            guard isResuming else { return nil }
            if folder.isFinished {
                throw FreshetError(
                    .usage,
                    "The training in '\(folder.path)' is finished: there is nothing to resume.",
                    remedy: "Give another --output to train anew, or --force in place of --resume."
                )
            }
            console.note("No unfinished training in '\(folder.path)': starting at the beginning.")
            return nil
        }
        guard isResuming else {
            console.note(
                "The unfinished training in '\(folder.path)' is left behind; --resume would have gone on with it."
            )
            return nil
        }
        let (checkpoint, saved) = try folder.resume(as: state)
        state = saved
        console.note("Going on after \(saved.epochs.count) epochs.")
        return checkpoint
    }

    private func stopped(hasCheckpoint: Bool) -> FreshetError {
        guard let folder, hasCheckpoint else { return FreshetError(.cancelled, "Stopped; nothing was kept.") }
        return FreshetError(
            .cancelled,
            "Stopped; the training so far is in '\(folder.path)'.",
            remedy: "Go on with the same command and --resume."
        )
    }
}
