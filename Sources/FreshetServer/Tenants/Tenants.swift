import Foundation
import FreshetCore
import FreshetData
import FreshetEngine
import Logging
import ServiceLifecycle
import Synchronization

/// The shops that a server serves beside its own: opens those that there are, makes new ones and deletes them while it runs.
///
/// Each has a store, an engine, keys and limits of its own. A key leads to its shop, and nothing leads from one to another.
/// ```swift
/// let tenants = Tenants(data: folder, engine: settings, server: configuration, registry: registry, logger: logger) {
///     let store = try SQLiteStore.open(folder: $0.folder(in: folder), tenant: $0)
///     return TenantStore(store) { try store.close() }
/// }
/// let server = try FreshetServer(engine: engine, keys: keys, configuration: configuration, tenants: tenants, logger: logger)
/// await tenants.open()
/// try await ServiceGroup(services: [engine, tenants, server], logger: logger).run()
/// ```
public final class Tenants: Service {
    /// Opens the store of a tenant, and makes it where there is none.
    public typealias Opener = @Sendable (Tenant) throws -> TenantStore

    /// Deletes what the store of a tenant, which is closed, keeps elsewhere than in its folder.
    public typealias Eraser = @Sendable (Tenant) throws -> Void

    private struct Entry {
        var state: TenantReport.State
        var hosted: HostedShop?
    }

    private struct Known {
        var entries: [Tenant: Entry] = [:]
        var isRunning = false
        var isOver = false

        /// A tenant that is open; `nil` when there is none of the name.
        /// - Throws: ``FreshetError`` of kind `conflict` for one that is there and not open.
        func open(_ tenant: Tenant) throws -> HostedShop? {
            guard let entry = entries[tenant] else { return nil }
            guard entry.state == .open, let hosted = entry.hosted else {
                throw FreshetError(
                    .conflict,
                    "The tenant '\(tenant)' is \(entry.state.rawValue).",
                    remedy: "Where it stays so, the log has the cause: stop the server and remove its folder by hand."
                )
            }
            return hosted
        }
    }

    private static let settingsName = "tenant.settings"
    /// The share of the memory for bodies that one tenant may take.
    private static let shareOfBodies = 4

    let table = ShopTable()
    /// The memory for bodies of all shops.
    let budget: ByteBudget
    private let folders: TenantFolders
    private let engine: EngineConfiguration
    private let server: ServerConfiguration
    private let turns: LearningTurns
    private let registry: PrometheusRegistry
    private let logger: Logger
    private let services: @Sendable (Engine) -> [any Service]
    private let opener: Opener
    private let eraser: Eraser
    private let known = Mutex(Known())

    /// Prepares a table without tenants; ``open()`` fills it.
    ///
    /// - Parameters:
    ///   - data: the folder in whose `tenants` folder each has its own.
    ///   - engine: the settings of every engine, but for the folder and what is set for a tenant.
    ///   - server: what every shop lets in.
    ///   - turns: by which the learners take turns; the server's own engine has the same.
    ///   - registry: where figures are kept.
    ///   - logger: where to say what happens.
    ///   - opener: opens a tenant's store.
    ///   - eraser: deletes what a tenant's store keeps elsewhere than in its folder; nothing unless given.
    ///   - services: what runs beside an engine for as long as it does, such as who passes its alerts on.
    public init(
        data: String,
        engine: EngineConfiguration,
        server: ServerConfiguration,
        turns: LearningTurns = LearningTurns(),
        registry: PrometheusRegistry,
        logger: Logger,
        opener: @escaping Opener,
        eraser: @escaping Eraser = { _ in },
        services: @escaping @Sendable (Engine) -> [any Service] = { _ in [] }
    ) {
        folders = TenantFolders(data: data)
        budget = ByteBudget(server.limits.bodyBytesInFlight)
        self.engine = engine
        self.server = server
        self.turns = turns
        self.registry = registry
        self.logger = logger
        self.services = services
        self.opener = opener
        self.eraser = eraser
    }

    /// Opens every tenant that has a folder; the server whose they are must be made before.
    ///
    /// One that cannot be opened is said in the log and in its report, and keeps no other from being served.
    public func open() async {
        folders.deleteRemains()
        for tenant in folders.tenants {
            known.withLock { $0.entries[tenant] = Entry(state: .opening) }
            do {
                try admit(try await host(tenant, opener(tenant), settings: nil))
            } catch let error {
                known.withLock { $0.entries[tenant] = Entry(state: .failed) }
                logger.error(
                    "a tenant cannot be opened",
                    metadata: ["tenant": "\(tenant)", "error": "\(error)"]
                )
            }
        }
    }

    /// Lets all engines learn until a graceful shutdown, then finishes what they accepted.
    public func run() async throws {
        let hosted = known.withLock { known in
            known.isRunning = true
            return known.entries.values.compactMap(\.hosted)
        }
        for one in hosted { one.start() }
        do {
            try await gracefulShutdown()
        } catch is CancellationError {
            // Cancelled rather than asked: what follows is the same.
        }
        await stop()
    }

    private func stop() async {
        let hosted = known.withLock { known in
            known.isOver = true
            defer { known.entries = [:] }
            return known.entries.values.compactMap(\.hosted)
        }
        await withTaskGroup(of: Void.self) { group in
            for one in hosted {
                group.addTask {
                    _ = self.table.remove(one.shop.engine.tenant)
                    await one.shop.close()
                    await one.stop()
                }
            }
        }
    }

    /// Every tenant but the server's own, in the order of their names.
    func reports() async -> [TenantReport] {
        var reports: [TenantReport] = []
        for (tenant, entry) in known.withLock({ $0.entries }).sorted(by: { $0.key.name < $1.key.name }) {
            reports.append(await report(of: tenant, entry))
        }
        return reports
    }

    /// A tenant; `nil` when there is none of the name.
    func report(of name: String) async -> TenantReport? {
        guard let tenant = try? Tenant(name), let entry = known.withLock({ $0.entries[tenant] }) else { return nil }
        return await report(of: tenant, entry)
    }

    private func report(of tenant: Tenant, _ entry: Entry) async -> TenantReport {
        var report = TenantReport(name: tenant.name, state: entry.state)
        if let hosted = entry.hosted {
            report.size = await size(of: hosted.shop.engine)
            report.settings = hosted.settings.given
        }
        return report
    }

    private func size(of engine: Engine) async -> TenantReport.Size {
        let status = engine.status()
        return TenantReport.Size(
            events: status.log.events,
            items: status.log.items,
            users: status.log.users,
            versions: (try? await engine.versions().count) ?? 0,
            bytes: ProcessMetrics.bytes(in: folders.folder(of: engine.tenant)),
            waiting: status.learner.lagEvents
        )
    }

    // MARK: Making

    /// Makes a tenant and its first key, and serves it from now on.
    ///
    /// - Parameters:
    ///   - name: a name that no tenant has.
    ///   - settings: what is set for it apart from others, an object of values by key.
    /// - Returns: the tenant, and the key with its text, which is not to be had again.
    /// - Throws: ``FreshetError`` of kind `usage` for what can be no name or setting, `conflict` for a name that is taken,
    ///   `external` when the disk does not take it.
    func create(_ name: String, settings: JSONValue) async throws -> (report: TenantReport, key: NewAPIKey) {
        let tenant = try Tenant(name)
        _ = try TenantSettings(settings, over: engine)
        try reserve(tenant)
        // Not ended half way by a caller who hangs up.
        return try await Task.detached { [self] in
            do {
                let opened = try opener(tenant)
                // From here on the folder is this process's, and nobody else's.
                do {
                    return try await make(tenant, opened, settings: settings)
                } catch let error {
                    discard(tenant)
                    throw error
                }
            } catch let error {
                known.withLock { $0.entries[tenant] = nil }
                throw error
            }
        }.value
    }

    /// Deletes the folder of a tenant that was not made after all.
    private func discard(_ tenant: Tenant) {
        do {
            try eraser(tenant)
            guard folders.has(tenant) else { return }
            try folders.delete(tenant)
        } catch let error {
            logger.error(
                "the folder of a tenant that was not made is left",
                metadata: ["tenant": "\(tenant)", "error": "\(error)"]
            )
        }
    }

    private func make(
        _ tenant: Tenant,
        _ opened: TenantStore,
        settings: JSONValue
    ) async throws -> (report: TenantReport, key: NewAPIKey) {
        let hosted = try await host(tenant, opened, settings: settings)
        do {
            let key = try await hosted.shop.keys.create(name: "administrator", rights: [.admin])
            try admit(hosted)
            let report = await self.report(of: tenant, Entry(state: .open, hosted: hosted))
            return (report: report, key: key)
        } catch let error {
            await hosted.stop()
            throw error
        }
    }

    /// Makes a key that may do everything for a tenant, such as one whose administrators have lost theirs.
    /// - Returns: the key; `nil` when there is no such tenant.
    /// - Throws: ``FreshetError`` of kind `conflict` unless it is open.
    func createKey(for name: String) async throws -> NewAPIKey? {
        guard let tenant = try? Tenant(name), let hosted = try known.withLock({ try $0.open(tenant) }) else {
            return nil
        }
        return try await hosted.shop.keys.create(name: "administrator", rights: [.admin])
    }

    /// The shop of a tenant that is open, for its log.
    func shop(of name: String) -> Shop? {
        guard let tenant = try? Tenant(name), let entry = known.withLock({ $0.entries[tenant] }),
            entry.state == .open
        else { return nil }
        return entry.hosted?.shop
    }

    private func reserve(_ tenant: Tenant) throws {
        let isFree = known.withLock { known in
            guard tenant != .default, known.entries[tenant] == nil, !folders.has(tenant) else { return false }
            known.entries[tenant] = Entry(state: .opening)
            return true
        }
        guard isFree else {
            throw FreshetError(
                .conflict,
                "There is a tenant '\(tenant)'.",
                remedy: "Take another name, or delete it first."
            )
        }
    }

    private func host(
        _ tenant: Tenant,
        _ opened: TenantStore,
        settings given: JSONValue?
    ) async throws -> HostedShop {
        var logger = logger
        logger[metadataKey: "tenant"] = "\(tenant)"
        do {
            return try await host(opened, given, logger)
        } catch let error {
            try? opened.close()
            throw error
        }
    }

    private func host(_ opened: TenantStore, _ given: JSONValue?, _ logger: Logger) async throws -> HostedShop {
        let store = opened.store
        if let given { try await store.setSetting(Self.settingsName, to: given.text) }
        let kept = try await store.setting(Self.settingsName).map { JSONValue(text: $0) }
        var base = engine
        base.folder = folders.folder(of: store.tenant)
        let settings = try TenantSettings(kept ?? .object([]), over: base)
        let keys = KeyRing(store: store)
        try await keys.load()
        let shop = Shop(
            engine: try await Engine(configuration: settings.engine, store: store, logger: logger, turns: turns),
            keys: keys,
            configuration: server,
            settings: settings.inForce,
            registry: registry,
            budget: ByteBudget(
                max(server.limits.bodyBytes, server.limits.bodyBytesInFlight / Self.shareOfBodies),
                of: budget
            ),
            together: settings.rateLimit
        )
        return HostedShop(shop, settings, opened, services: services(shop.engine), logger: logger)
    }

    /// Serves a shop from now on.
    private func admit(_ hosted: HostedShop) throws {
        let tenant = hosted.shop.engine.tenant
        // In one step: a deletion that came between would be undone by the rest.
        try known.withLock { known in
            guard !known.isOver else { throw FreshetError(.cancelled, "The server is stopping.") }
            table.add(hosted.shop, as: tenant)
            if known.isRunning { hosted.start() }
            known.entries[tenant] = Entry(state: .open, hosted: hosted)
        }
    }

    // MARK: Deleting

    /// Stops a tenant and deletes all that is kept of it; requests that are under way are answered first.
    ///
    /// - Returns: what was deleted; `nil` when there is no such tenant.
    /// - Throws: ``FreshetError`` of kind `conflict` unless it is open (the folder of one that could not be opened may be
    ///   another process's), `external` when the disk does not let it.
    func delete(_ name: String) async throws -> TenantReceipt? {
        guard let tenant = try? Tenant(name) else { return nil }
        let hosted = try known.withLock { known -> HostedShop? in
            let hosted = try known.open(tenant)
            if hosted != nil { known.entries[tenant]?.state = .closing }
            return hosted
        }
        guard let hosted else { return nil }
        return try await Task.detached { [self] in try await delete(tenant, hosted) }.value
    }

    private func delete(_ tenant: Tenant, _ hosted: HostedShop) async throws -> TenantReceipt {
        _ = table.remove(tenant)
        await hosted.shop.close()
        let size = await self.size(of: hosted.shop.engine)
        await hosted.stop()
        do {
            try eraser(tenant)
            try folders.delete(tenant)
        } catch let error {
            known.withLock { $0.entries[tenant] = Entry(state: .failed) }
            throw error
        }
        // First, or it would forget the figures of a shop that was made under the name at this moment.
        registry.forget(tenant)
        known.withLock { $0.entries[tenant] = nil }
        let time = Int64(Date().timeIntervalSince1970 * 1000)
        return TenantReceipt(name: tenant.name, time: time, deleted: size)
    }
}
