import Foundation
import FreshetCore
import FreshetEngine
import Hummingbird
import Logging
import ServiceLifecycle
import Synchronization

/// A tenant behind HTTP: its engine, its keys and limits, and every operation on them.
///
/// The handlers hang on the engine, so none that a request is led to can reach another tenant's data.
final class Shop: Sendable {
    private struct State {
        var requests = 0
        var isClosed = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    let engine: Engine
    let keys: KeyRing
    let broadcaster: StatusBroadcaster
    let bodies: BodyReader
    /// What its administrators did.
    let log: AccessLog
    /// Every operation on the engine, in the order of the OpenAPI document.
    let routes: [Route]
    private let handlers: [String: Route.Handler]
    /// Of each key.
    private let limiter: RateLimiter
    /// Of all keys of the tenant together.
    private let whole: RateLimiter
    private let state = Mutex(State())

    /// Makes the operations on an engine.
    ///
    /// - Parameters:
    ///   - engine: the tenant's engine.
    ///   - keys: the tenant's keys.
    ///   - configuration: what the server lets in.
    ///   - settings: what is shown as settings.
    ///   - registry: where figures are kept.
    ///   - budget: the memory for bodies.
    ///   - together: the limit of all keys together.
    ///   - others: the engines whose figures the metrics page has beside those of `engine`, and those of the process, for who
    ///     may see all; `nil` for the page of one tenant.
    init(
        engine: Engine,
        keys: KeyRing,
        configuration: ServerConfiguration,
        settings: [SettingInForce],
        registry: PrometheusRegistry,
        budget: ByteBudget,
        together: ServerConfiguration.RateLimit = ServerConfiguration.RateLimit(),
        others: (@Sendable () -> [Engine])? = nil
    ) {
        self.engine = engine
        self.keys = keys
        limiter = RateLimiter(configuration.rateLimit)
        whole = RateLimiter(together)
        let broadcaster = StatusBroadcaster(
            engine: engine,
            maximum: configuration.limits.statusStreams,
            registry: registry
        )
        self.broadcaster = broadcaster
        let bodies = BodyReader(configuration, budget: budget)
        self.bodies = bodies
        let log = AccessLog(folder: engine.configuration.folder)
        self.log = log
        let entries = configuration.limits.entries
        let routes: [[Route]] = [
            EventsController(engine: engine, bodies: bodies, configuration: configuration, registry: registry).routes,
            RecommendationsController(engine: engine, bodies: bodies).routes,
            ShelvesController(engine: engine, bodies: bodies).routes,
            CatalogueController<Item>(engine: engine, bodies: bodies, maximum: entries).routes,
            CatalogueController<User>(engine: engine, bodies: bodies, maximum: entries).routes,
            UsersController(engine: engine, bodies: bodies).routes,
            TextModelsController(engine: engine, bodies: bodies).routes,
            ModelsController(engine: engine).routes,
            FeedbackController(engine: engine).routes,
            RulesController(engine: engine, bodies: bodies).routes,
            ScenariosController(engine: engine, bodies: bodies).routes,
            ExperimentsController(engine: engine, bodies: bodies).routes,
            StatusController(
                engine: engine,
                broadcaster: broadcaster,
                configuration: configuration,
                settings: settings
            ).routes,
            KeysController(keys: keys, bodies: bodies).routes,
            AccessLogController(log: log).routes,
            HealthController(engine: engine, registry: registry, others: others).routes,
        ]
        self.routes = routes.flatMap { $0 }
        handlers = Dictionary(uniqueKeysWithValues: self.routes.map { ($0.operation.id, $0.handler) })
    }

    /// Answers an operation by its id; `nil` for one that is not on an engine.
    func handler(of operation: String) -> Route.Handler? { handlers[operation] }

    /// Takes a place for a request of a key.
    /// - Returns: `nil` when there was one, else the seconds until there is.
    func take(_ key: String) -> Int? { limiter.take(key) ?? whole.take("") }

    /// Forgets the limits of keys that are no more.
    func forgetOldKeys() { limiter.keep(Set(keys.keys.map(\.id) + [""])) }

    /// Notes what an administrator did.
    func note(_ operation: String, _ request: Request, _ context: ServerContext, by key: APIKey?, status: Int) {
        let entry = AccessLog.Entry(
            time: Int64(Date().timeIntervalSince1970 * 1000),
            key: key?.id,
            name: key?.name,
            operation: operation,
            path: request.uri.path,
            status: status,
            trace: context.trace
        )
        do {
            try log.append(entry)
        } catch let error {
            context.logger.error("the access log cannot be written", metadata: ["error": "\(error)"])
        }
    }

    /// Answers a request, which ``close()`` waits for.
    /// - Throws: ``Problem`` when the tenant is being closed, and what `body` throws.
    func serve(_ body: () async throws -> Response) async throws -> Response {
        let isOpen = state.withLock { state in
            if !state.isClosed { state.requests += 1 }
            return !state.isClosed
        }
        guard isOpen else { throw Problem(.unauthorized, "The key is unknown, revoked or expired.") }
        defer { leave() }
        return try await body()
    }

    private func leave() {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.requests -= 1
            guard state.isClosed, state.requests == 0 else { return [] }
            defer { state.waiting = [] }
            return state.waiting
        }
        for one in waiting { one.resume() }
    }

    /// Lets no further request in, and waits for those that are being answered.
    func close() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                state.isClosed = true
                if state.requests > 0 { state.waiting.append(continuation) }
                return state.requests == 0
            }
            if isOver { continuation.resume() }
        }
    }
}
