import FreshetCore
import Logging
import ServiceLifecycle

/// Reads the keys again every two seconds, so that those that a command makes or revokes count without a restart.
struct KeyReloader: Service {
    let keys: KeyRing
    let limiter: RateLimiter
    let logger: Logger

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: .seconds(2))
                    try await keys.load()
                    limiter.keep(Set(keys.keys.map(\.id) + [""]))
                } catch let failure as FreshetError {
                    logger.error("keys cannot be read", metadata: ["error": .string(failure.message)])
                } catch is CancellationError {
                    return
                }
            }
        }
    }
}
