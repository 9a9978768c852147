import FreshetCore
import FreshetData
import GRDB

extension SQLiteStore {
    /// An item, or `nil` when there is none or it was removed.
    public func item(_ id: String) async throws -> Item? {
        try await read { db in
            let rows = try RawStatement(db, "SELECT id, document FROM item WHERE id = ?")
            rows.bind(1, id)
            return try rows.items(limit: 1).first
        }
    }

    /// Adds items, or replaces them; those that are new are numbered, those that were removed are back.
    public func put(_ items: [Item]) async throws {
        let rows = items.map { ItemRow($0) }
        try await write { db, changes in
            let names = try NameWriter(db)
            let insert = try RawStatement(
                db,
                "INSERT OR REPLACE INTO item (number, id, folded_title, document) VALUES (?, ?, ?, ?)"
            )
            let restore = try RawStatement(db, "DELETE FROM removed_item WHERE number = ?")
            for row in rows {
                let number = Int64(try names.number(ofItem: row.id, in: &changes).rawValue)
                restore.bind(1, number)
                try restore.run()
                insert.bind(1, number)
                insert.bind(2, row.id)
                insert.bind(3, row.foldedTitle)
                insert.bind(4, row.document)
                try insert.run()
            }
        }
    }

    /// Removes an item, which stays removed until it is put again; whether there was something to remove.
    ///
    /// Its number and the events about it stay. An item that is known from events alone is removed as well, and an id
    /// that nothing is known of is remembered as removed.
    public func removeItem(_ id: String) async throws -> Bool {
        let memory = memory
        return try await write { db, changes in
            let isKnown = memory.vocabulary.item(id) != nil
            let number = Int64(try NameWriter(db).number(ofItem: id, in: &changes).rawValue)
            let delete = try RawStatement(db, "DELETE FROM item WHERE number = ?")
            delete.bind(1, number)
            try delete.run()
            let remember = try RawStatement(db, "INSERT OR IGNORE INTO removed_item (number) VALUES (?)")
            remember.bind(1, number)
            try remember.run()
            return isKnown && db.changedRows > 0
        }
    }

    /// Calls `body` with the id of every item that was removed and not put again.
    public func forEachRemovedItem(_ body: (String) throws -> Void) throws {
        let ids: [String] = try readNow { db in
            let rows = try RawStatement(db, "SELECT id FROM removed_item JOIN item_name USING (number)")
            var ids: [String] = []
            try rows.forEachRow {
                ids.append(rows.text(0) ?? "")
                return true
            }
            return ids
        }
        for id in ids { try body(id) }
    }

    /// A page of items in the order of their ids, those whose id or title contains `search`, in any case, if given.
    public func items(matching search: String?, after cursor: String?, limit: Int) async throws -> [Item] {
        try await read { db in
            let rows = try RawStatement(
                db,
                """
                SELECT id, document FROM item WHERE id > ?1
                    AND (?2 IS NULL OR instr(lower(id), ?2) > 0 OR instr(folded_title, ?2) > 0)
                ORDER BY id LIMIT ?3
                """
            )
            rows.bind(1, cursor ?? "")
            rows.bind(2, search?.lowercased())
            rows.bind(3, Int64(max(0, limit)))
            return try rows.items(limit: limit)
        }
    }

    /// Calls `body` with every item there is, in the order of their numbers.
    ///
    /// Items are read in portions, so that a slow `body` holds nobody up; one that is put meanwhile may be missed.
    public func forEachItem(_ body: (Item) throws -> Void) throws {
        var next: Int64 = 0
        while true {
            let portion: [Item] = try readNow { db in
                let rows = try RawStatement(
                    db,
                    "SELECT id, document, number FROM item WHERE number >= ? ORDER BY number LIMIT 512"
                )
                rows.bind(1, next)
                return try rows.items(limit: 512) { next = rows.integer(2) + 1 }
            }
            guard !portion.isEmpty else { return }
            for item in portion { try body(item) }
        }
    }
}

/// An item as its row.
private struct ItemRow: Sendable {
    let id: String
    let foldedTitle: String?
    let document: [UInt8]

    init(_ item: Item) {
        id = item.id
        foldedTitle = item.title?.lowercased()
        document = ItemCoding.encode(item)
    }
}

extension RawStatement {
    /// Reads items from rows that begin with id and document.
    fileprivate func items(limit: Int, _ each: () -> Void = {}) throws -> [Item] {
        var items: [Item] = []
        try forEachRow {
            items.append(try item())
            each()
            return items.count < limit
        }
        return items
    }

    /// The item of the row at hand, which begins with id and document.
    func item() throws -> Item {
        let id = text(0) ?? ""
        guard let item = withBytes(1, { ItemCoding.decode($0, id: id) }) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the record of item '\(id)' is damaged")
        }
        return item
    }
}
