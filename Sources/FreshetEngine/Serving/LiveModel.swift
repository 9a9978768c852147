import FreshetRecommendation
import Synchronization

/// The model that answers: one lock around one immutable snapshot.
///
/// A request takes the snapshot once and passes it down; publishing is one assignment, and the old snapshot dies with
/// its last request.
final class LiveModel: Sendable {
    private let state: Mutex<ModelSnapshot>

    init(_ snapshot: ModelSnapshot) { state = Mutex(snapshot) }

    /// The snapshot that answers now.
    var current: ModelSnapshot { state.withLock { $0 } }

    /// Puts a snapshot into the place of the current one, which is returned.
    @discardableResult
    func publish(_ snapshot: ModelSnapshot) -> ModelSnapshot {
        state.withLock { current in
            // The old one is handed out, so that it is never freed with the lock held.
            let old = current
            current = snapshot
            return old
        }
    }
}
