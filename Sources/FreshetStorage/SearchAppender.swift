import FreshetCore
import GRDB

/// Writes searches, inside a transaction.
struct SearchAppender {
    private let insert: RawStatement
    private let connection: Database

    init(_ db: Database) throws {
        connection = db
        insert = try RawStatement(
            db,
            """
            INSERT INTO search (user, text, time, received, session, id) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """
        )
    }

    /// Writes a search, unless there is one of its id; whether it is new.
    func insert(_ search: LoggedSearch, _ event: Event, received: Int64) throws -> Bool {
        insert.bind(1, Int64(search.user.rawValue))
        insert.bind(2, search.text)
        insert.bind(3, search.time.milliseconds)
        insert.bind(4, received)
        insert.bind(5, event.session)
        insert.bind(6, event.id)
        try insert.run()
        return connection.changedRows > 0
    }
}
