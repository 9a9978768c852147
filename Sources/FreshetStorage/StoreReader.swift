import Foundation
import FreshetCore
import FreshetData
import GRDB

/// Reads all that a data folder's database holds, row by row; its server may be running and writing.
///
/// Each walk sees the state of one moment. Memory holds the names and one row, however long the log.
public final class StoreReader {
    private static let kinds = ["event", "item", "user", "impression"]

    /// The names of users, items and event types.
    public let vocabulary = Vocabulary()
    private let path: String
    private let queue: DatabaseQueue
    /// The newest rows at the time of the names: later ones may have names that are not known here.
    private let newest: (event: Int64, impression: Int64)

    /// Whether a folder is the data folder of a server.
    public static func isDataFolder(_ folder: String) -> Bool {
        FileManager.default.fileExists(atPath: folder + "/" + SQLiteStore.fileName)
    }

    /// What an event has beside what is learned from.
    public struct EventTexts: Sendable, Equatable {
        /// Its own id.
        public var id: String?
        /// The answer that it named.
        public var recommendation: String?
        /// The session that it named.
        public var session: String?
        /// Its own profit.
        public var profit: Double?
    }

    /// Opens the database of a data folder.
    /// - Throws: ``FreshetError`` when there is none, or it is damaged, not Freshet's, or another Freshet's.
    public init(folder: String) throws {
        try MovedStore.check(folder)
        let path = folder + "/" + SQLiteStore.fileName
        self.path = path
        guard Self.isDataFolder(folder) else {
            throw FreshetError(
                .external,
                "There is no database '\(path)'.",
                remedy: "Name the data folder of a Freshet server."
            )
        }
        queue = try SQLiteStore.openForReading(path)
        let vocabulary = vocabulary
        newest = try FreshetError.mapping(path: path) { [queue] in
            try queue.read { db in
                try Migrations.checkOwner(db, path: path)
                guard try Migrations.migrator.hasCompletedMigrations(db) else {
                    throw FreshetError(
                        .invalidData,
                        "'\(path)' was written by an earlier Freshet.",
                        remedy: "Start this one's server on it once: that brings it up to date."
                    )
                }
                try SQLiteStore.loadNames(db, into: vocabulary)
                let event = try RawStatement(db, "SELECT max(offset) FROM event").firstInteger() ?? 0
                return (event, try RawStatement(db, "SELECT max(number) FROM impression").firstInteger() ?? 0)
            }
        }
    }

    /// How many events there are up to the newest one.
    public var newestOffset: Int64 { newest.event }

    /// How many events, items with an entry, users with an entry and impressions there are.
    public func counts() throws -> (events: Int, items: Int, users: Int, impressions: Int) {
        let counts = try FreshetError.mapping(path: path) {
            try queue.read { db in
                try Self.kinds.map { try Int(RawStatement(db, "SELECT count(*) FROM \($0)").firstInteger() ?? 0) }
            }
        }
        return (counts[0], counts[1], counts[2], counts[3])
    }

    /// Calls `body` with every event in the order of the log, and the texts that it came with.
    public func forEachEvent(
        _ body: (_ event: LoggedEvent, _ texts: EventTexts) throws -> Void
    ) throws {
        try FreshetError.mapping(path: path) {
            try queue.read { db in
                let rows = try EventRows(
                    db,
                    "WHERE offset <= ? ORDER BY offset",
                    adding: ["id", "recommendation", "profit"]
                )
                rows.statement.bind(1, newest.event)
                try rows.statement.forEachRow {
                    let (statement, profit) = (rows.statement, EventRows.others + 2)
                    let texts = EventTexts(
                        id: statement.text(EventRows.others),
                        recommendation: statement.text(EventRows.others + 1),
                        session: statement.text(8),
                        profit: statement.isNull(profit) ? nil : statement.double(profit)
                    )
                    try body(rows.event, texts)
                    return true
                }
            }
        }
    }

    /// Calls `body` with every search, the oldest first, and the texts that it came with.
    public func forEachSearch(_ body: (_ search: LoggedSearch, _ texts: EventTexts) throws -> Void) throws {
        let known = vocabulary.userCount
        try FreshetError.mapping(path: path) {
            try queue.read { db in
                let rows = try SearchRows(db, "ORDER BY number")
                try rows.statement.forEachRow {
                    let search = rows.search
                    // One that came after the names were read has a user that is not known here.
                    guard search.user.position < known else { return false }
                    try body(search, EventTexts(id: rows.statement.text(3), session: rows.statement.text(4)))
                    return true
                }
            }
        }
    }

    /// Calls `body` with every item that has an entry.
    public func forEachItem(_ body: (Item) throws -> Void) throws {
        try FreshetError.mapping(path: path) {
            try queue.read { db in
                let rows = try RawStatement(db, "SELECT id, document FROM item ORDER BY number")
                try rows.forEachRow {
                    try body(rows.item())
                    return true
                }
            }
        }
    }

    /// Calls `body` with every user of whom attributes are known.
    public func forEachUser(_ body: (User) throws -> Void) throws {
        try FreshetError.mapping(path: path) {
            try queue.read { db in
                let rows = try RawStatement(db, "SELECT id, document FROM user ORDER BY id")
                try rows.forEachRow {
                    let id = rows.text(0) ?? ""
                    try body(rows.withBytes(1) { try DocumentCoding.decode(User.self, $0, of: "user '\(id)'") })
                    return true
                }
            }
        }
    }

    /// Calls `body` with every impression, the oldest first, and the events that named it.
    public func forEachImpression(_ body: (Impression, _ feedback: [Event]) throws -> Void) throws {
        let types = vocabulary.eventTypes
        try FreshetError.mapping(path: path) {
            try queue.read { db in
                let rows = try ImpressionRows(db, "WHERE number <= ? ORDER BY number")
                rows.statement.bind(1, newest.impression)
                let answers = try FeedbackRows(db)
                try rows.statement.forEachRow {
                    let impression = try rows.impression(vocabulary)
                    try body(impression, answers.events(on: impression.id, upTo: newest.event, vocabulary, types))
                    return true
                }
            }
        }
    }

    /// Up to `limit` impressions behind a number, in the order in which they were kept; none at the end.
    public func impressions(after number: Int64, limit: Int) throws -> [(number: Int64, impression: Impression)] {
        try FreshetError.mapping(path: path) {
            try queue.read { db in
                let newest = newest.impression
                return try FeedbackPages.impressions(db, after: number, upTo: newest, limit: limit, vocabulary)
            }
        }
    }

    /// Up to `limit` events behind an offset, in order, with what they say to feedback; none at the end.
    public func namingEvents(after offset: Int64, limit: Int) throws -> [NamingEvent] {
        try FreshetError.mapping(path: path) {
            try queue.read { try FeedbackPages.events($0, after: offset, upTo: newest.event, limit: limit) }
        }
    }

    /// All versions of the model, newest first.
    public func versions() throws -> [VersionRecord] {
        try FreshetError.mapping(path: path) { try queue.read { try SQLiteStore.versions($0) } }
    }
}
