import Logging
import ServiceLifecycle

/// Reads the keys again every two seconds, so that those that a command makes or revokes count without a restart.
struct KeyReloader: Service {
    let table: ShopTable
    let logger: Logger

    func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: .seconds(2))
                } catch {
                    return
                }
                for shop in table.all { await reload(shop) }
            }
        }
    }

    private func reload(_ shop: Shop) async {
        do {
            try await shop.keys.load()
            shop.forgetOldKeys()
        } catch is CancellationError {
            return
        } catch let error {
            // The keys of before stay in force; a store that fails for a moment must not end the server.
            logger.error("keys cannot be read", metadata: ["error": .string("\(error)")])
        }
    }
}
