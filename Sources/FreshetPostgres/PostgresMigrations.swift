#if PostgreSQL
import FreshetCore

/// The tables, as they came to be.
///
/// A migration that was released is never edited: a change is a new one. Their names are the schema's version.
enum PostgresMigrations {
    /// All migrations in order.
    static let all: [(name: String, sql: String)] = [
        (
            "1 tenants, events, catalogue, impressions, versions, settings",
            tenants + names + events + catalogue + records
        ),
        ("2 positions of sources", sourcePositions),
        ("3 unfinished copies", unfinishedCopies),
        ("4 several servers", severalServers),
    ]

    /// Brings a schema to the newest tables: one process at a time, each migration whole or not at all.
    /// - Throws: ``FreshetError`` when a newer Freshet made it.
    static func migrate(_ connection: PostgresConnection, schema: String) throws {
        let key = "hashtextextended('freshet \(schema.replacing("'", with: "''"))', 0)"
        try connection.execute("SELECT pg_advisory_lock(\(key))")
        try connection.execute(
            """
            CREATE SCHEMA IF NOT EXISTS \(PostgresConnection.quoted(schema));
            CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, applied TIMESTAMPTZ NOT NULL DEFAULT now())
            """
        )
        let applied = try connection.query("SELECT convert_to(name, 'UTF8') FROM migration").map { $0.text(0) ?? "" }
        let known = Set(all.map(\.name))
        if let newer = applied.filter({ !known.contains($0) }).max() {
            throw FreshetError(
                .invalidData,
                "The schema '\(schema)' was made by a newer Freshet (it has '\(newer)').",
                remedy: "Run that version of Freshet, or name another schema."
            )
        }
        for migration in all where !applied.contains(migration.name) {
            // Statements of one call are one transaction.
            try connection.execute("\(migration.sql) INSERT INTO migration (name) VALUES ('\(migration.name)')")
        }
        try connection.execute("SELECT pg_advisory_unlock(\(key))")
    }

    /// Whose rows there are, and how far each one's numbers have come.
    ///
    /// Whoever writes names, events or impressions holds the tenant's row of `head` until the commit. So numbers have no gaps
    /// and become visible in their order: a sequence gives them before the commit, and a reader that has seen the later one
    /// passes the earlier one by for good. `writer` has each writer's newest transaction that came to be.
    private static let tenants = """
        CREATE TABLE tenant (number INTEGER PRIMARY KEY GENERATED ALWAYS AS IDENTITY, name BYTEA NOT NULL UNIQUE);
        CREATE TABLE head (
            tenant INTEGER PRIMARY KEY REFERENCES tenant,
            newest_offset BIGINT NOT NULL DEFAULT 0,
            event_count BIGINT NOT NULL DEFAULT 0,
            users BIGINT NOT NULL DEFAULT 0,
            items BIGINT NOT NULL DEFAULT 0,
            types BIGINT NOT NULL DEFAULT 0,
            changes BIGINT NOT NULL DEFAULT 0,
            impressions BIGINT NOT NULL DEFAULT 0
        ) WITH (fillfactor = 10);
        CREATE TABLE writer (
            tenant INTEGER,
            number BIGINT,
            turn BIGINT NOT NULL,
            used TIMESTAMPTZ NOT NULL DEFAULT now(),
            PRIMARY KEY (tenant, number)
        ) WITH (fillfactor = 50);

        """

    /// External ids by number.
    ///
    /// `id` is NULL for a user who was erased or joined to another: the number is never given again. `folded` is what
    /// searches look in. `user_change` tells other processes in which order names were taken away: after how many users'
    /// names, and whose; without an `id` the user was erased.
    private static let names = """
        CREATE TABLE user_name (
            tenant INTEGER, number INTEGER, id BYTEA, folded BYTEA, PRIMARY KEY (tenant, number)
        );
        CREATE UNIQUE INDEX user_name_id ON user_name (tenant, id);
        CREATE TABLE item_name (tenant INTEGER, number INTEGER, id BYTEA NOT NULL, PRIMARY KEY (tenant, number));
        CREATE TABLE type_name (tenant INTEGER, number INTEGER, id BYTEA NOT NULL, PRIMARY KEY (tenant, number));
        CREATE TABLE joined_user (
            tenant INTEGER, id BYTEA, user_number INTEGER NOT NULL, former INTEGER, PRIMARY KEY (tenant, id)
        );
        CREATE INDEX joined_user_user ON joined_user (tenant, user_number);
        CREATE TABLE user_change (
            tenant INTEGER, number BIGINT, users INTEGER NOT NULL, id BYTEA, user_number INTEGER NOT NULL, former INTEGER,
            PRIMARY KEY (tenant, number)
        );

        """

    /// The log, and the searches beside it.
    private static let events = """
        CREATE TABLE event (
            tenant INTEGER,
            number BIGINT,
            user_number INTEGER NOT NULL,
            item_number INTEGER NOT NULL,
            type SMALLINT NOT NULL,
            value REAL,
            time BIGINT NOT NULL,
            received BIGINT NOT NULL,
            profit DOUBLE PRECISION,
            id BYTEA,
            recommendation BYTEA,
            session BYTEA,
            PRIMARY KEY (tenant, number)
        );
        CREATE INDEX event_user ON event (tenant, user_number, time, number);
        CREATE UNIQUE INDEX event_id ON event (tenant, id) WHERE id IS NOT NULL;
        CREATE INDEX event_recommendation ON event (tenant, recommendation, number) WHERE recommendation IS NOT NULL;
        CREATE TABLE search (
            tenant INTEGER,
            number BIGINT GENERATED ALWAYS AS IDENTITY,
            user_number INTEGER NOT NULL,
            text BYTEA NOT NULL,
            time BIGINT NOT NULL,
            received BIGINT NOT NULL,
            session BYTEA,
            id BYTEA,
            PRIMARY KEY (tenant, number)
        );
        CREATE INDEX search_user ON search (tenant, user_number, time);
        CREATE INDEX search_time ON search (tenant, time);
        CREATE UNIQUE INDEX search_id ON search (tenant, id) WHERE id IS NOT NULL;

        """

    private static let catalogue = """
        CREATE TABLE item (
            tenant INTEGER, number INTEGER, id BYTEA NOT NULL, folded BYTEA NOT NULL, document BYTEA NOT NULL,
            PRIMARY KEY (tenant, number), UNIQUE (tenant, id)
        );
        CREATE TABLE removed_item (tenant INTEGER, number INTEGER, PRIMARY KEY (tenant, number));
        CREATE TABLE profile (
            tenant INTEGER, id BYTEA, folded BYTEA NOT NULL, document BYTEA NOT NULL, PRIMARY KEY (tenant, id)
        );

        """

    /// What was shown, the versions of the model, and small named values.
    ///
    /// An impression's user is a number, or the external id of somebody who had no number then.
    private static let records = """
        CREATE TABLE impression (
            tenant INTEGER,
            number BIGINT,
            id BYTEA NOT NULL,
            user_number INTEGER,
            user_id BYTEA,
            time BIGINT NOT NULL,
            model BYTEA NOT NULL,
            scenario BYTEA,
            variant BYTEA,
            items BYTEA NOT NULL,
            rules BYTEA,
            teams BYTEA,
            latency REAL,
            segments BYTEA,
            context BYTEA,
            PRIMARY KEY (tenant, number),
            UNIQUE (tenant, id)
        );
        CREATE INDEX impression_user ON impression (tenant, user_number) WHERE user_number IS NOT NULL;
        CREATE INDEX impression_user_id ON impression (tenant, user_id) WHERE user_id IS NOT NULL;
        CREATE TABLE version (
            tenant INTEGER, number BIGINT, micro_update BIGINT, document BYTEA NOT NULL,
            PRIMARY KEY (tenant, number, micro_update)
        );
        CREATE TABLE decision (tenant INTEGER, number BIGINT, document BYTEA NOT NULL, PRIMARY KEY (tenant, number));
        CREATE TABLE setting (tenant INTEGER, name BYTEA, value BYTEA NOT NULL, PRIMARY KEY (tenant, name));

        """

    /// How far each partition of an outside source was read; `next` is NULL before the first message.
    private static let sourcePositions = """
        CREATE TABLE source_position (
            tenant INTEGER,
            source BYTEA,
            topic BYTEA,
            number INTEGER,
            epoch BIGINT NOT NULL,
            next BIGINT,
            PRIMARY KEY (tenant, source, topic, number)
        );
        """

    /// The tenants that are being copied from elsewhere: nobody opens them until all is there.
    private static let unfinishedCopies = """
        CREATE TABLE unfinished_copy (tenant INTEGER PRIMARY KEY REFERENCES tenant, source BYTEA NOT NULL);
        """

    /// What servers tell each other that no event says, and which lease of the learner is the newest.
    private static let severalServers = """
        ALTER TABLE head ADD COLUMN notes BIGINT NOT NULL DEFAULT 0, ADD COLUMN lease BIGINT NOT NULL DEFAULT 0;
        CREATE TABLE note (
            tenant INTEGER,
            number BIGINT,
            kind SMALLINT NOT NULL,
            key BYTEA NOT NULL,
            written TIMESTAMPTZ NOT NULL DEFAULT now(),
            PRIMARY KEY (tenant, number)
        );
        """
}
#endif
