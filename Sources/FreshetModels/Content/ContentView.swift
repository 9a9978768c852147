import Synchronization

/// The items' vectors as they are now: whoever encodes replaces them, whoever predicts or answers takes them once.
public final class ContentView: Sendable {
    private struct State {
        var vectors: ItemVectors
        var revision: UInt64 = 0
    }

    private let state: Mutex<State>

    /// Creates a view of vectors.
    public init(_ vectors: ItemVectors = ItemVectors(encoder: "none", width: ItemVectors.usualWidth)) {
        state = Mutex(State(vectors: vectors))
    }

    /// The vectors now.
    public var current: ItemVectors { state.withLock { $0.vectors } }

    /// How often the vectors were replaced: what was made with the same number was made with the same vectors.
    public var revision: UInt64 { state.withLock { $0.revision } }

    /// Puts others into their place.
    public func replace(with vectors: ItemVectors) {
        // The old ones are handed out, so that they are not freed with the lock held.
        _ = state.withLock { state in
            let old = state.vectors
            state.vectors = vectors
            state.revision += 1
            return old
        }
    }
}
