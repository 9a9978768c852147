import FreshetCore
import FreshetData
import GRDB

extension SQLiteStore {
    /// Joins a user to another in one transaction.
    ///
    /// Their two chains become one in the order of the log, the impressions and what is known change hands, and the id is
    /// a further name of the other from then on. The number that it had is never given again.
    public func merge(_ id: String, into other: String) async throws -> UserMerge {
        guard !id.utf8.elementsEqual(other.utf8) else {
            throw FreshetError(.usage, "'\(id)' cannot be joined to themselves.", remedy: "Name two users.")
        }
        let vocabulary = vocabulary
        return try await write { db, changes in
            let former = vocabulary.user(id)
            let user = try NameWriter(db).number(ofUser: other, in: &changes)
            var merge = UserMerge(name: vocabulary.name(of: other), user: user)
            if vocabulary.isJoined(id) {
                guard former == user else { throw FreshetError.joined(id, to: vocabulary.name(of: id)) }
                return merge
            }
            guard former != user else { throw FreshetError.joined(other, to: id) }
            merge.isNew = true
            merge.former = former
            if let former {
                merge.events = try ChainMerge(db).join(former, to: user, in: &changes)
                merge.impressions = try Self.move("impression", from: former, to: user, db)
                _ = try Self.move("search", from: former, to: user, db)
                _ = try Self.move("joined_user", from: former, to: user, db)
                _ = try Self.update(db, "UPDATE user_name SET id = NULL WHERE number = ?") {
                    $0.bind(1, Int64(former.rawValue))
                }
            }
            // What was shown to somebody before their first event names them by their id.
            merge.impressions += try Self.update(db, "UPDATE impression SET user = ? WHERE user = ?") {
                $0.bind(1, Int64(user.rawValue))
                $0.bind(2, id)
            }
            try Self.joinAttributes(of: id, to: merge.name, db)
            let insert = try RawStatement(db, "INSERT INTO joined_user (id, user, former) VALUES (?, ?, ?)")
            insert.bind(1, id)
            insert.bind(2, Int64(user.rawValue))
            insert.bind(3, former.map { Int64($0.rawValue) })
            try insert.run()
            changes.join(id, of: former, to: user)
            return merge
        }
    }

    /// Makes the rows of a table that are one user's another's; how many they are.
    private static func move(_ table: String, from former: UserIndex, to user: UserIndex, _ db: Database) throws -> Int
    {
        try update(db, "UPDATE \(table) SET user = ? WHERE user = ?") {
            $0.bind(1, Int64(user.rawValue))
            $0.bind(2, Int64(former.rawValue))
        }
    }

    /// Gives a user what another says of themselves, as far as they do not say it.
    private static func joinAttributes(of id: String, to name: String, _ db: Database) throws {
        let find = try RawStatement(db, "SELECT id, document FROM user WHERE id = ?")
        find.bind(1, id)
        guard let guest = try find.users().first else { return }
        find.bind(1, name)
        var user = try find.users().first ?? User(id: name)
        user.attributes.merge(guest.attributes) { own, _ in own }
        let insert = try RawStatement(db, "INSERT OR REPLACE INTO user (id, document) VALUES (?, ?)")
        insert.bind(1, name)
        insert.bind(2, try DocumentCoding.encode(user))
        try insert.run()
        let delete = try RawStatement(db, "DELETE FROM user WHERE id = ?")
        delete.bind(1, id)
        try delete.run()
    }
}

/// Makes one chain of those of two users, inside a transaction.
private struct ChainMerge {
    private let db: Database
    private let update: RawStatement

    init(_ db: Database) throws {
        self.db = db
        update = try RawStatement(db, "UPDATE event SET user = ?, previous = ?, latest = ? WHERE offset = ?")
    }

    /// Puts a user's events into another's chain; how many they are.
    func join(_ former: UserIndex, to user: UserIndex, in changes: inout LogChanges) throws -> Int {
        let moved = try events(from: changes.head(of: former).offset, after: 0).events
        guard let first = moved.last else { return 0 }
        // What the other did before all of them stays as it is.
        let (own, before) = try events(from: changes.head(of: user).offset, after: first.offset)
        var head = before
        for event in (moved + own).sorted(by: { $0.offset < $1.offset }) {
            update.bind(1, Int64(user.rawValue))
            update.bind(2, head.offset > 0 ? head.offset : nil)
            update.bind(3, event.time < head.latest ? head.latest.milliseconds : nil)
            update.bind(4, event.offset)
            try update.run()
            head = LogHead(offset: event.offset, latest: max(head.latest, event.time))
        }
        changes.setHead(head, of: user)
        return moved.count
    }

    /// A chain's events after an offset, the newest first, and where it goes on before them.
    private func events(from head: Int64, after first: Int64) throws -> (events: [LoggedEvent], before: LogHead) {
        let rows = try EventRows(db, "WHERE offset = ?", adding: ["latest"])
        var (events, before) = ([LoggedEvent](), LogHead())
        try rows.walk(from: head) {
            let event = rows.event
            guard event.offset > first else {
                before = LogHead(offset: event.offset, latest: rows.latest)
                return false
            }
            events.append(event)
            return true
        }
        return (events, before)
    }
}

extension FreshetError {
    /// The refusal to join somebody who belongs to somebody else.
    package static func joined(_ id: String, to name: String) -> FreshetError {
        FreshetError(
            .conflict,
            "'\(id)' belongs to '\(name)' already.",
            remedy: "A user belongs to one other at most; join '\(name)' where that is what you mean."
        )
    }
}
