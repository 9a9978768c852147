import FreshetCore
import FreshetEngine
import FreshetPostgres
import FreshetServer
import FreshetStorage
import Logging

/// Everything that `freshet serve` can be told.
struct ServeSettings: Sendable {
    /// The folder of the database, the versions and the checkpoints.
    var data = "freshet-data"
    /// Whose data is served.
    var tenant = Tenant.default.name
    /// How the engine works.
    var engine = EngineConfiguration(folder: "freshet-data")
    /// How the server listens.
    var server = ServerConfiguration()
    /// How events are kept.
    var storage = SQLiteStore.Configuration()
    /// Where events are kept instead, with an address.
    var postgres = PostgresConfiguration()
    /// What is read of Kafka, and told there.
    var kafka = KafkaSettings()
    /// What is written to the log.
    var logLevel = LogLevel.info
    /// Where each setting's value comes from, by key.
    var sources: [String: String] = [:]
    /// How a line of the log looks.
    var logFormat = LineLogHandler.Format.text

    /// Levels of the log, in the names of swift-log.
    enum LogLevel: String, CaseIterable, Sendable {
        case trace, debug, info, notice, warning, error, critical

        /// The level of swift-log.
        var level: Logger.Level { Logger.Level(rawValue: rawValue) ?? .info }
    }

    /// Checks each value, and those that must fit each other.
    /// - Throws: ``FreshetError`` of kind `usage` that names the setting, its value and what it may be.
    func validate() throws {
        _ = try Tenant(tenant)
        try engine.validate()
        try server.validate()
        try storage.validate()
        try postgres.validate()
        try kafka.validate()
        guard postgres.address.isEmpty, engine.cluster.role != .all || !engine.cluster.folder.isEmpty else { return }
        throw FreshetError(
            .usage,
            "Several processes cannot share a database of SQLite (cluster.role is \(engine.cluster.role.rawValue)): it belongs "
                + "to one process of one machine.",
            remedy: "Move the shop with 'freshet copy' and set storage.postgres.address, or leave cluster.role and "
                + "cluster.folder as they are."
        )
    }
}

extension ServeSettings: Configurable {
    /// Every setting there is.
    static var settings: [Setting<ServeSettings>] {
        let data: [Setting<ServeSettings>] = [
            .text("data", \.data, "The folder of the database, the versions and the checkpoints."),
            .text(
                "tenant",
                \.tenant,
                "Whose data is served: default, or another shop's name, whose folder is tenants/NAME in the data folder."
            ),
        ]
        let logging: [Setting<ServeSettings>] = [
            .choice("logging.level", \.logLevel, "What is written to the log, from trace to critical."),
            .choice(
                "logging.format",
                \.logFormat,
                "How: text, or json for programs that collect logs; each entry is one line."
            ),
        ]
        return data + part("server", \.server) + part("storage", \.storage) + part("storage.postgres", \.postgres)
            + part("kafka", \.kafka) + part("", \.engine) + logging
    }

    /// Every setting under its name in the file, for the dashboard.
    var inForce: [SettingInForce] {
        Self.settings.map { setting in
            SettingInForce(key: setting.key, value: setting.get(self), source: sources[setting.key] ?? "default")
        }
    }
}

extension SettingsReader where Root == ServeSettings {
    /// The reader of every setting there is.
    static var serve: SettingsReader {
        SettingsReader(
            settings: ServeSettings.settings,
            otherVariables: ServerOptions.variables.union(["FRESHET_CONFIG", "FRESHET_MODELS"])
        )
    }
}
