import FreshetCore
import FreshetEngine
import Logging
import ServiceLifecycle
import Synchronization

/// A shop beside the server's own, with what keeps it going: its engine learns in a task of its own until it is stopped.
final class HostedShop: Sendable {
    let shop: Shop
    let settings: TenantSettings
    private let store: TenantStore
    private let group: ServiceGroup
    private let task = Mutex<Task<Void, Never>?>(nil)
    private let logger: Logger

    /// Prepares a shop, which does not learn yet; `services` run beside its engine.
    init(
        _ shop: Shop,
        _ settings: TenantSettings,
        _ store: TenantStore,
        services: [any Service],
        logger: Logger
    ) {
        self.shop = shop
        self.settings = settings
        self.store = store
        self.logger = logger
        let own: [any Service] = [shop.engine, shop.broadcaster]
        group = ServiceGroup(services: own + services, logger: logger)
    }

    /// Lets the engine learn; a second call does nothing.
    func start() {
        task.withLock { task in
            guard task == nil else { return }
            // Detached: the task of a request, or the server's, would bring its own shutdown along.
            task = Task.detached { [group, logger] in
                do {
                    try await group.run()
                } catch let error {
                    logger.error("a tenant's engine ended", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// Ends learning, with all on disk, and lets go of the store.
    func stop() async {
        if let task = task.withLock({ $0 }) {
            await group.triggerGracefulShutdown()
            await task.value
        } else {
            await shop.engine.shutDown()
        }
        do {
            try store.close()
        } catch let error {
            logger.error("a tenant's store was not closed", metadata: ["error": "\(error)"])
        }
    }
}
