import FreshetCore

/// Where the store in PostgreSQL is, and how it reads and writes.
///
/// What an acknowledged event survives is the server's `synchronous_commit`.
public struct PostgresConfiguration: Sendable, Equatable {
    /// A URL such as `postgres://shop@db/freshet`, or keywords and values as libpq reads them; empty for no PostgreSQL.
    ///
    /// Whatever it leaves out, the environment says (`PGHOST`, `PGPASSFILE` …).
    public var address = ""
    /// The schema that the tables are in.
    public var schema = "freshet"
    /// The most events that one transaction takes: with many waiting, the others go into the next one.
    public var maximumGroup = 20_000
    /// How many connections read at the same time.
    public var maximumReaders = 6
    /// How many seconds to go on trying while transactions meet, or the server is away.
    public var retrySeconds = 30.0
    /// After how many seconds without a notification to look whether another process wrote.
    public var pollSeconds = 0.5

    /// Creates the default configuration, for an address.
    public init(address: String = "") { self.address = address }

    /// Checks the values.
    /// - Throws: ``FreshetError`` of kind `usage` that names the setting and what it may be, and never shows the address.
    public func validate() throws {
        try checkSettings(of: "storage.postgres")
        guard !schema.isEmpty, schema.utf8.count <= 40, !schema.utf8.contains(0) else {
            throw FreshetError(.usage, "A schema cannot be called '\(schema)'.", remedy: "Take 1 to 40 letters.")
        }
        guard !address.isEmpty else { return }
        #if PostgreSQL
        guard let parts = PostgresAddress(address) else {
            throw FreshetError(
                .usage,
                "The address of PostgreSQL cannot be read.",
                remedy: "Write postgres://USER@HOST:PORT/DATABASE, or host=… dbname=… user=…"
            )
        }
        // Settings are shown to whoever may see the dashboard.
        guard !parts.hasPassword else {
            throw FreshetError(
                .usage,
                "The address of PostgreSQL holds a password.",
                remedy: "Leave it out, and put it into the environment (PGPASSWORD) or into a file (PGPASSFILE)."
            )
        }
        #else
        throw FreshetError(
            .usage,
            "This freshet was built without PostgreSQL, and storage.postgres.address is set.",
            remedy: "Build it with 'swift build -c release --product freshet --traits PostgreSQL' (it needs libpq-dev)."
        )
        #endif
    }

    /// Where the store is, without the password: for people.
    public var place: String {
        guard !address.isEmpty else { return "" }
        #if PostgreSQL
        return PostgresAddress(address)?.withoutPassword ?? "(cannot be read)"
        #else
        return "(set)"
        #endif
    }
}

extension PostgresConfiguration: Configurable {
    package static var settings: [Setting<Self>] {
        [
            .secretText(
                "address",
                \.address,
                "Where the store in PostgreSQL is, such as postgres://shop@db/freshet; empty for SQLite in the data folder.",
                shown: \.place
            ),
            .text("schema", \.schema, "The schema of PostgreSQL that the tables are in."),
            .whole("maximum_group", \.maximumGroup, 1...1_000_000, "Events of one transaction at most."),
            .whole("maximum_readers", \.maximumReaders, 1...256, "Connections that read at the same time."),
            .number(
                "retry_seconds",
                \.retrySeconds,
                0...86_400,
                "Seconds to go on trying while PostgreSQL is away or restarts."
            ),
            .number(
                "poll_seconds",
                \.pollSeconds,
                0.001...3600,
                "Seconds without a notification after which to look whether another process wrote."
            ),
        ]
    }
}

#if PostgreSQL
extension PostgresConfiguration {
    /// Makes a connection.
    var connect: @Sendable () throws -> PostgresConnection {
        { [address, schema] in try PostgresConnection(address, schema: schema) }
    }
}
#endif
