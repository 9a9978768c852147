import FreshetCore
import FreshetEngine
import Hummingbird
import Logging
import ServiceLifecycle

/// The engine over HTTP, or those of several tenants: routes, keys, limits, metrics and the dashboard.
///
/// ```swift
/// let keys = KeyRing(store: store)
/// try await keys.load()
/// let server = try FreshetServer(engine: engine, keys: keys, configuration: .init(), logger: logger)
/// try await ServiceGroup(services: [engine, server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
/// ```
/// On graceful shutdown it takes no more connections, finishes the requests that are there, and returns; the engine,
/// given before it, ends after it.
public struct FreshetServer: Service {
    private let configuration: ServerConfiguration
    private let table: ShopTable
    private let own: Shop
    private let registry: PrometheusRegistry
    private let logger: Logger
    private let onServerRunning: @Sendable (Int) async -> Void
    /// Every operation there is, in the order of the OpenAPI document.
    let routes: [Route]

    /// Prepares a server; ``run()`` listens.
    ///
    /// - Parameters:
    ///   - engine: what answers.
    ///   - keys: what callers must hold; loaded.
    ///   - configuration: how to listen, and what to let in.
    ///   - settings: what the dashboard shows as settings, by the names under which they are set; the two configurations
    ///     unless given.
    ///   - tenants: further shops, each with an engine and keys of its own; none unless given.
    ///   - registry: where figures are kept; pass the one that swift-metrics was bootstrapped with, so that `/metrics`
    ///     has those of the engine too.
    ///   - logger: where to say what happens.
    ///   - onServerRunning: called with the port when the server listens.
    /// - Throws: ``FreshetError`` of kind `usage` for a setting out of range, and for an address that others can reach
    ///   while there is no key.
    public init(
        engine: Engine,
        keys: KeyRing,
        configuration: ServerConfiguration,
        settings: [SettingInForce]? = nil,
        tenants: Tenants? = nil,
        registry: PrometheusRegistry = PrometheusRegistry(),
        logger: Logger,
        onServerRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) throws {
        try configuration.validate()
        guard configuration.isLoopback || !keys.isEmpty else {
            throw FreshetError(
                .usage,
                "Without keys the server listens on this machine only, not on '\(configuration.host)'.",
                remedy: "Make a key first ('freshet keys create'), or listen on 127.0.0.1."
            )
        }
        self.configuration = configuration
        self.registry = registry
        self.logger = logger
        self.onServerRunning = onServerRunning
        let table = tenants?.table ?? ShopTable()
        self.table = table
        own = Shop(
            engine: engine,
            keys: keys,
            configuration: configuration,
            settings: settings ?? [
                SettingInForce(key: "engine", value: engine.configuration, source: "program"),
                SettingInForce(key: "server", value: configuration, source: "program"),
            ],
            registry: registry,
            budget: tenants?.budget ?? ByteBudget(configuration.limits.bodyBytesInFlight),
            others: { [weak table] in table?.all.map(\.engine).filter { $0 !== engine } ?? [] }
        )
        table.add(own, as: engine.tenant)
        let routes = [
            own.routes,
            SessionController(table: table, bodies: own.bodies).routes,
            TenantsController(tenants: tenants, keys: keys, bodies: own.bodies).routes,
            DashboardController().routes,
        ]
        self.routes = DocumentController(version: "1").routes(describing: routes.flatMap { $0 })
    }

    /// Listens until shutdown.
    public func run() async throws { try await application.run() }

    /// The application, for tests to send requests to.
    var application: some ApplicationProtocol {
        Application(
            router: router,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [UnreadableRequestHandler()],
                    idleTimeout: .nanoseconds(Int64(configuration.timeouts.idle * 1e9)),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: configuration.limits.headerBytes,
                        maxHeaderListSize: configuration.limits.headerBytes,
                        maxHeaderFieldCount: configuration.limits.headers
                    )
                )
            ),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                serverName: "freshet",
                availableConnectionsDelegate: .maximum(configuration.limits.connections, logger: logger)
            ),
            services: [own.broadcaster, KeyReloader(table: table, logger: logger)],
            onServerRunning: { channel in await onServerRunning(channel.localAddress?.port ?? 0) },
            logger: logger
        )
    }

    private var router: Router<ServerContext> {
        let router = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
        let metrics = ServerMetrics(registry, routes: routes)
        router.add(middleware: TelemetryMiddleware(metrics: metrics, logsRequests: configuration.logsRequests))
        router.add(
            middleware: BrowserMiddleware(configuration: configuration) { [own, table] in
                AccessMiddleware.isOpen(own, table)
            }
        )
        router.add(middleware: ProblemMiddleware(routes: routes, bodies: own.bodies))
        for route in routes {
            let group = router.group()
            if let right = route.right {
                let access = AccessMiddleware(
                    table: table,
                    own: own,
                    mayBeOpen: configuration.isLoopback,
                    right: right,
                    operation: route.operation.id
                )
                group.add(middleware: access)
            }
            group.on(route.routerPath, method: route.method, use: route.handler)
        }
        return router
    }
}
