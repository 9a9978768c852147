import FreshetCore
import GRDB

/// The tables, as they came to be.
///
/// A migration that was released is never edited: a change is a new one. The names are the database's schema version.
enum Migrations {
    /// Marks a database as Freshet's, in SQLite's header ("Fres").
    static let applicationID = 0x4672_6573

    /// All migrations in order.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 events, catalogue, impressions, versions, settings") { db in
            try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            try db.execute(sql: names + events + catalogue + impressions + versions + settings)
        }
        migrator.registerMigration("2 removed items") { try $0.execute(sql: removedItems) }
        migrator.registerMigration("3 milliseconds of events") { try $0.execute(sql: milliseconds) }
        migrator.registerMigration("4 late events") { try markLateEvents($0) }
        migrator.registerMigration("5 joined users") { try $0.execute(sql: joinedUsers) }
        migrator.registerMigration("6 sessions") { try $0.execute(sql: "ALTER TABLE event ADD COLUMN session TEXT") }
        migrator.registerMigration("7 rules of impressions") { db in
            try db.execute(sql: "ALTER TABLE impression ADD COLUMN rules TEXT")
        }
        migrator.registerMigration("8 searches") { try $0.execute(sql: searches) }
        migrator.registerMigration("9 answers of several variants, and how long answers took") { db in
            try db.execute(sql: "ALTER TABLE impression ADD COLUMN teams BLOB")
            try db.execute(sql: "ALTER TABLE impression ADD COLUMN latency REAL")
        }
        migrator.registerMigration("10 segments of impressions") { db in
            try db.execute(sql: "ALTER TABLE impression ADD COLUMN segments TEXT")
        }
        migrator.registerMigration("11 profit of events") {
            try $0.execute(sql: "ALTER TABLE event ADD COLUMN profit REAL")
        }
        migrator.registerMigration("12 context of impressions") {
            try $0.execute(sql: "ALTER TABLE impression ADD COLUMN context TEXT")
        }
        migrator.registerMigration("13 positions of sources") { try $0.execute(sql: sourcePositions) }
        return migrator
    }

    /// Brings a database to the newest tables.
    /// - Throws: ``FreshetError`` when it is not Freshet's or a newer Freshet wrote it.
    static func migrate(_ pool: DatabasePool, path: String) throws {
        try pool.read { try checkOwner($0, path: path) }
        try migrator.migrate(pool)
    }

    /// Refuses databases that this program must not touch.
    static func checkOwner(_ db: Database, path: String) throws {
        let isEmpty = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0
        let owner = try Int.fetchOne(db, sql: "PRAGMA application_id")
        guard isEmpty || owner == applicationID else {
            throw FreshetError(
                .invalidData,
                "'\(path)' is a database, but not one of Freshet's.",
                remedy: "Choose another data folder."
            )
        }
        guard try !migrator.hasBeenSuperseded(db) else {
            let newest = try migrator.appliedIdentifiers(db).subtracting(migrator.migrations).sorted().last ?? ""
            throw FreshetError(
                .invalidData,
                "'\(path)' was written by a newer Freshet (its schema has '\(newest)').",
                remedy: "Run that version of Freshet, or restore a backup of this one's into another folder."
            )
        }
    }

    /// External ids by number.
    ///
    /// `id` is NULL for a user who was erased, or joined to another: the number is never given again.
    private static let names = """
        CREATE TABLE user_name (number INTEGER PRIMARY KEY, id TEXT UNIQUE);
        CREATE TABLE item_name (number INTEGER PRIMARY KEY, id TEXT NOT NULL);
        CREATE TABLE type_name (number INTEGER PRIMARY KEY, id TEXT NOT NULL);
        """

    /// The log.
    ///
    /// Rows are only ever added at its end, so a page is written once or twice: an index by user would
    /// rewrite a page per event. Instead each event names the one before it of its user, and the newest of each user
    /// is known in memory. Only events that bring an id of their own, or answer a recommendation, pay for an index.
    private static let events = """
        CREATE TABLE event (
            offset INTEGER PRIMARY KEY,
            user INTEGER NOT NULL,
            item INTEGER NOT NULL,
            type INTEGER NOT NULL,
            time INTEGER NOT NULL,
            received INTEGER NOT NULL,
            value REAL,
            previous INTEGER,
            recommendation TEXT,
            id TEXT
        );
        CREATE UNIQUE INDEX event_id ON event(id) WHERE id IS NOT NULL;
        CREATE INDEX event_recommendation ON event(recommendation) WHERE recommendation IS NOT NULL;
        CREATE TABLE log_state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        """

    /// What is known of items and users: what is searched in columns, all else as a document (``ItemCoding``; JSON).
    private static let catalogue = """
        CREATE TABLE item (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            folded_title TEXT,
            document BLOB NOT NULL
        );
        CREATE TABLE user (id TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
        """

    /// The items that were removed and not put again: events that name them later do not bring them back.
    private static let removedItems = "CREATE TABLE removed_item (number INTEGER PRIMARY KEY);"

    /// Times of events are milliseconds; they were whole seconds.
    private static let milliseconds = "UPDATE event SET time = time * 1000;"

    /// `latest` is the newest time of a user's events up to this one, where that is not its own: it came late.
    ///
    /// Whoever goes from a user's newest event back sees from it when no later moment is to come.
    private static func markLateEvents(_ db: Database) throws {
        try db.execute(sql: "ALTER TABLE event ADD COLUMN latest INTEGER")
        var latest: [Int64: Int64] = [:]
        var late: [(offset: Int64, latest: Int64)] = []
        let scan = try RawStatement(db, "SELECT offset, user, time FROM event ORDER BY offset")
        try scan.forEachRow {
            let (user, time) = (scan.integer(1), scan.integer(2))
            if let known = latest[user], known > time {
                late.append((scan.integer(0), known))
            } else {
                latest[user] = time
            }
            return true
        }
        let mark = try RawStatement(db, "UPDATE event SET latest = ? WHERE offset = ?")
        for event in late {
            mark.bind(1, event.latest)
            mark.bind(2, event.offset)
            try mark.run()
        }
    }

    /// Further names of users: those of visitors who turned out to be them.
    ///
    /// `former` is the number that a name had, which a learner may still remember it by.
    private static let joinedUsers = """
        CREATE TABLE joined_user (id TEXT PRIMARY KEY, user INTEGER NOT NULL, former INTEGER) WITHOUT ROWID;
        CREATE INDEX joined_user_user ON joined_user(user);
        """

    /// What users looked for, beside the log: a search names no item, and nothing learns from it as from an event.
    private static let searches = """
        CREATE TABLE search (
            number INTEGER PRIMARY KEY,
            user INTEGER NOT NULL,
            text TEXT NOT NULL,
            time INTEGER NOT NULL,
            received INTEGER NOT NULL,
            session TEXT,
            id TEXT
        );
        CREATE INDEX search_user ON search(user);
        CREATE UNIQUE INDEX search_id ON search(id) WHERE id IS NOT NULL;
        """

    /// How far each partition of an outside source was read; `next` is NULL before the first message.
    private static let sourcePositions = """
        CREATE TABLE source_position (
            source TEXT NOT NULL,
            topic TEXT NOT NULL,
            number INTEGER NOT NULL,
            epoch INTEGER NOT NULL,
            next INTEGER,
            PRIMARY KEY (source, topic, number)
        ) WITHOUT ROWID;
        """

    /// What was shown.
    ///
    /// `user` is a number, or the external id of somebody who had no number then.
    private static let impressions = """
        CREATE TABLE impression (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            user,
            time INTEGER NOT NULL,
            model TEXT NOT NULL,
            scenario TEXT,
            variant TEXT,
            items BLOB NOT NULL
        );
        CREATE INDEX impression_user ON impression(user) WHERE user IS NOT NULL;
        """

    private static let versions = """
        CREATE TABLE version (
            number INTEGER NOT NULL,
            micro_update INTEGER NOT NULL,
            document TEXT NOT NULL,
            PRIMARY KEY (number, micro_update)
        ) WITHOUT ROWID;
        CREATE TABLE decision (number INTEGER PRIMARY KEY, document TEXT NOT NULL);
        """

    private static let settings = """
        CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        """
}
