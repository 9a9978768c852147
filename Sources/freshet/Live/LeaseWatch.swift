#if PostgreSQL
import FreshetCore
import FreshetPostgres
import ServiceLifecycle

/// Ends a learner whose lease another process has: whatever starts it again lets it wait for its turn.
struct LeaseWatch: Service {
    let store: PostgresStore

    /// Returns at shutdown.
    /// - Throws: ``FreshetError`` of kind `conflict` when the lease is lost.
    func run() async throws {
        let isLost = await cancelWhenGracefulShutdown {
            await store.waitUntilLeaseIsLost()
            return !Task.isCancelled
        }
        guard isLost else { return }
        throw FreshetError(
            .conflict,
            "Another learner has taken over: this one was cut off from PostgreSQL for too long.",
            remedy: "Start it again; it waits until it is needed."
        )
    }
}
#endif
