import ArgumentParser
import CoreMetrics
import Foundation
import FreshetCore
import FreshetData
import FreshetEngine
import FreshetModels
import FreshetPostgres
import FreshetServer
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

/// `freshet serve`.
struct Serve: LiveCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve recommendations over HTTP and learn from every event.",
        discussion: """
            Events, catalogue and versions are kept in one folder. The dashboard is at the address that is printed, \
            the interface under /v1, its description at /openapi.json. The server listens on this machine only unless \
            --host says otherwise, which needs a key first (freshet keys create).

              freshet serve
              freshet serve --data shop --import Samples/online-retail --until 2010-09-01
              freshet serve --data shop --import orders.csv --columns user=customer,item=sku,time=when
              freshet serve --data shop --import orders.csv --snapshot model
              freshet serve --config freshet.json --set storage.synchronous=disk

            Ctrl-C finishes the requests under way, keeps what was learned, and ends; the next start goes on.
            """
    )

    @OptionGroup var settings: SettingsOptions

    @Option(
        name: .customLong("import"),
        help: ArgumentHelp(
            "A data set that fills the engine at its first start; the options of freshet import say how it is read.",
            valueName: "path"
        )
    )
    var imported: String?

    @OptionGroup(title: "How the data set of --import is read") var reading: ReadingOptions

    @Option(
        help: ArgumentHelp(
            "A snapshot that was trained offline: the candidate, which must win, or is promoted by hand.",
            valueName: "folder"
        )
    )
    var snapshot: String?

    /// The name that --until had here before all options of reading came.
    @Option(help: .hidden)
    var importUntil: TimeArgument?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard imported != nil || importUntil == nil && !reading.isGiven else {
            throw ValidationError("The options that say how data are read need --import.")
        }
    }

    func execute(_ console: Console) async throws {
        let settings = try settings.readSound(console)
        let (level, format) = (settings.logLevel.level, settings.logFormat)
        LoggingSystem.bootstrap { LineLogHandler(label: $0, format: format, logLevel: level) }
        let registry = PrometheusRegistry()
        MetricsSystem.bootstrap(registry)
        let logger = Logger(label: "freshet")

        let shared = try settings.sharedFolder()
        if settings.engine.cluster.role == .learner { console.note("Waiting until no other process learns.") }
        let opened = try settings.openStore(of: Tenant(settings.tenant))
        let store = opened.store
        let turns = LearningTurns()
        let engine = try await Engine(
            configuration: settings.engine,
            store: store,
            logger: Logger(label: "freshet.engine"),
            turns: turns,
            shared: shared,
            lease: opened.lease
        )
        if let imported { try await bring(imported, into: engine, console) }
        if let snapshot { try adopt(snapshot, by: engine, console) }
        let kafka = try Self.kafka(settings.kafka, engine)
        let keys = KeyRing(store: store)
        try await keys.load()
        let tenants = Self.tenants(settings, turns, registry)
        let host = settings.server.host
        let server = try FreshetServer(
            engine: engine,
            keys: keys,
            configuration: settings.server,
            settings: settings.inForce,
            tenants: tenants,
            registry: registry,
            logger: Logger(label: "freshet.server")
        ) { port in
            Self.announce(host: host, port: port, console)
        }
        if let tenants {
            try settings.makeFoldersOfTenants()
            await tenants.open()
        }
        // Services end in the opposite order: first no more requests, then no more learning.
        var services: [any Service] = [engine]
        if let tenants { services.append(tenants) }
        services += Self.alerting(engine) + kafka + Self.watching(store) + [server]
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { .init(service: $0) },
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        do {
            try await group.run()
        } catch let error as NIOCore.IOError {
            throw FreshetError(
                .external,
                "Cannot listen on \(host), port \(settings.server.port): \(error.localizedDescription)",
                remedy: "Another server may have the port: choose one with --port, or 0 for any free one."
            )
        }
        try opened.close()
    }

    /// Who passes an engine's alerts on, where there is an address for them.
    private static func alerting(_ engine: Engine) -> [any Service] {
        let address = engine.configuration.language.alertWebhook
        guard !address.isEmpty else { return [] }
        var logger = Logger(label: "freshet.alerts")
        if engine.tenant != .default { logger[metadataKey: "tenant"] = "\(engine.tenant)" }
        return [AlertWebhook(alerts: engine.alerts, address: address, logger: logger)]
    }

    /// Who reads topics of Kafka into an engine and tells others, where there are brokers.
    private static func kafka(_ settings: KafkaSettings, _ engine: Engine) throws -> [any Service] {
        // A partition goes to one process; of several with one store, that is the learner.
        guard settings.isOn, engine.role.learns else { return [] }
        #if Kafka
        return [try KafkaService(settings, engine: engine, logger: Logger(label: "freshet.kafka"))]
        #else
        // The settings are refused before.
        return []
        #endif
    }

    /// The other shops in the data folder, which the default tenant's server has beside its own.
    private static func tenants(
        _ settings: ServeSettings,
        _ turns: LearningTurns,
        _ registry: PrometheusRegistry
    ) -> Tenants? {
        guard settings.tenant == Tenant.default.name, settings.server.servesTenants,
            settings.engine.cluster.folder.isEmpty
        else { return nil }
        return Tenants(
            data: settings.data,
            engine: settings.engine,
            server: settings.server,
            turns: turns,
            registry: registry,
            logger: Logger(label: "freshet.engine"),
            opener: { try settings.openStore(of: $0) },
            eraser: { try settings.eraseStore(of: $0) },
            services: { Self.alerting($0) }
        )
    }

    /// Who ends the process when another has become the learner.
    private static func watching(_ store: any EngineStore) -> [any Service] {
        #if PostgreSQL
        guard let store = store as? PostgresStore, store.leaseNumber != nil else { return [] }
        return [LeaseWatch(store: store)]
        #else
        return []
        #endif
    }

    private static func announce(host: String, port: Int, _ console: Console) {
        let name = host.contains(":") ? "[\(host)]" : host
        let address = "http://\(["0.0.0.0", "[::]"].contains(name) ? "127.0.0.1" : name):\(port)/"
        if console.isJSON {
            try? console.result(Listening(address: address, process: getpid())) { "" }
        } else {
            console.note("Dashboard: \(address)")
        }
    }

    private func adopt(_ path: String, by engine: Engine, _ console: Console) throws {
        switch try engine.adopt(Snapshot.open(path)) {
        case .before(let version): console.note("\(path) is version \(version) since an earlier start.")
        case .entered(let known, let all):
            console.note(
                "\(path) competes once the log is learned; it knows \(Words.count(known)) of its \(Words.count(all)) items "
                    + "here. It goes live when it wins, or by freshet promote (GET /v1/models has its version)."
            )
        }
    }

    private func bring(_ path: String, into engine: Engine, _ console: Console) async throws {
        let began = ProgressReporter.now()
        var reading = reading
        if let importUntil { reading.until = importUntil }
        let outcome = try await FirstImport(path: path, engine: engine).run { [reading] in
            try reading.read(path, console)
        }
        guard case .done(let report) = outcome else {
            if case .before(let earlier) = outcome {
                let skipped = earlier == path ? "" : " \(path) is not read: only an empty engine is filled."
                console.note("\(earlier) was imported before.\(skipped)")
            }
            return
        }
        let seconds = Words.duration(ProgressReporter.now() - began)
        console.note(
            "Imported \(Words.count(report.events)) events of \(Words.count(report.activeUsers)) users, and descriptions of "
                + "\(Words.count(report.items)) items and \(Words.count(report.users)) users, from \(path) in \(seconds)."
        )
        if let refusal = report.refusal {
            console.note("The engine refused \(Words.count(report.refused)) events; the first because \(refusal).")
        }
    }
}

/// What `freshet serve --json` says when it listens.
private struct Listening: Encodable {
    let address: String
    let process: Int32
}
