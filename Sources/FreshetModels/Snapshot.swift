import FreshetCore
import FreshetData
import FreshetNN

/// A trained model with everything that must agree with it: its settings, its ids, and the histories it answers for.
///
/// On disk a folder that is written whole or not at all, and verified on reading:
///
/// | file | content |
/// | --- | --- |
/// | `manifest.json` | ``SnapshotManifest``, with the lengths and checksums of the others |
/// | `weights.safetensors` | the scorer's ``Scorer/checkpoint()`` |
/// | `data.safetensors` | external ids, event types and histories |
/// | `items.jsonl`, `users.jsonl` | what is known of each, where anything is |
/// | `training.safetensors` | only while a training is unfinished: see ``TrainingFolder`` |
public struct Snapshot: Sendable {
    /// What the snapshot says about itself.
    public var manifest: SnapshotManifest
    /// The users, items and all events that were given, those held out for validation included: what the next
    /// recommendation looks back on.
    public var dataset: Dataset
    /// The model.
    public var scorer: any Scorer

    /// Creates a snapshot.
    public init(manifest: SnapshotManifest, dataset: Dataset, scorer: any Scorer) {
        precondition(
            scorer.itemCount == dataset.items.count,
            "\(scorer.itemCount) scores, \(dataset.items.count) items"
        )
        self.manifest = manifest
        self.dataset = dataset
        self.scorer = scorer
    }

    /// The context of a user: all their events.
    public func context(of user: UserIndex) -> ScoringContext {
        ScoringContext(user: user, history: dataset.histories[user])
    }
}
