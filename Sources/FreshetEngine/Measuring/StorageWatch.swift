import FreshetCore
import FreshetData
import Synchronization

/// Follows whether the store works: it does not from the first failure of its own on, and does again when it takes as
/// much as a large delivery, which is tried every few seconds.
///
/// A small write that succeeds says nothing: a full disk still takes a few rows now and then.
final class StorageWatch: Sendable {
    /// The part of the engine's health.
    static let part = "storage"

    /// The store that is watched.
    let store: any EngineStore
    private let health: HealthBoard
    private let pause: Duration
    private let isChecking = Atomic(false)
    /// Damage that was met: it does not mend itself.
    private let damage = Mutex<FreshetError?>(nil)

    /// Watches a store.
    ///
    /// - Parameters:
    ///   - store: the store.
    ///   - health: told whether it works.
    ///   - pause: the time between two trials of a store that does not.
    init(store: any EngineStore, health: HealthBoard, pause: Duration = .seconds(2)) {
        self.store = store
        self.health = health
        self.pause = pause
    }

    /// Asks something of the store, and notes when it fails.
    func watching<Result>(_ body: (any EngineStore) async throws -> Result) async throws -> Result {
        do {
            return try await body(store)
        } catch let error as FreshetError {
            note(error)
            throw error
        }
    }

    /// Notes an error that the store threw, if it is its own: a caller's, or that a question was withdrawn, is not.
    /// - Returns: whether it is.
    @discardableResult
    func note(_ error: FreshetError) -> Bool {
        switch error.kind {
        case .external:
            health.markFailed(Self.part, error)
            checkUntilWell()
        case .invalidData:
            damage.withLock { $0 = error }
            health.markFailed(Self.part, error)
        default: return false
        }
        return true
    }

    private func checkUntilWell() {
        guard isChecking.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
        else { return }
        Task.detached { [weak self, pause] in
            repeat { try? await Task.sleep(for: pause) } while await self?.isStillIll() ?? false
        }
    }

    private func isStillIll() async -> Bool {
        do {
            try await store.checkWriting()
            isChecking.store(false, ordering: .releasing)
            if let damage = damage.withLock({ $0 }) {
                health.markFailed(Self.part, damage)
            } else {
                health.markWorking(Self.part)
            }
            return false
        } catch let error {
            health.markFailed(Self.part, error)
            return true
        }
    }
}
