import FreshetCore
import FreshetData
import FreshetModels

/// The snapshots that `--parts` names, to be combined into a hybrid.
struct HybridParts {
    let parts: [TrainedPart]
    let fusion: Hybrid.Fusion

    /// Reads the snapshots.
    ///
    /// - Parameters:
    ///   - folders: their folders, between commas.
    ///   - learner: the hybrid that the options describe.
    ///   - dataset: what the parts must have been trained on.
    /// - Throws: ``FreshetError`` when a snapshot cannot be read or was trained on something else.
    init(_ folders: String, learner: any Learner, dataset: Dataset) throws {
        guard let hybrid = learner as? Hybrid else {
            throw FreshetError(.usage, "--parts goes with --model \(Hybrid.name).")
        }
        guard hybrid.configuration.weights.isEmpty else {
            throw FreshetError(.usage, "With --parts the weights are chosen on the validation events; do not set them.")
        }
        fusion = hybrid.configuration.fusion
        let snapshots = try folders.split(separator: ",").map {
            (folder: $0, snapshot: try Snapshot.read(from: String($0)))
        }
        guard snapshots.count > 1 else {
            throw FreshetError(.usage, "--parts '\(folders)' must name two snapshots or more, between commas.")
        }
        for (folder, snapshot) in snapshots {
            guard snapshot.dataset.users == dataset.users, snapshot.dataset.items == dataset.items,
                snapshot.dataset.histories == dataset.histories
            else {
                throw FreshetError(
                    .invalidData,
                    "The snapshot in '\(folder)' was trained on other data (\(snapshot.manifest.data.source)).",
                    remedy: "Train all parts on the data that the hybrid is given, with the same cleaning."
                )
            }
            guard snapshot.manifest.model != Hybrid.name else {
                throw FreshetError(.usage, "'\(folder)' is a hybrid itself, which cannot be a part.")
            }
        }
        parts = snapshots.map { _, snapshot in
            TrainedPart(
                model: snapshot.manifest.model,
                configurationJSON: snapshot.manifest.configurationJSON,
                scorer: snapshot.scorer
            )
        }
    }
}
