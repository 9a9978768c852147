#if PostgreSQL
import FreshetCore
import FreshetData
import FreshetStorage

extension PostgresStore {
    /// An item, or `nil` when there is none or it was removed.
    public func item(_ id: String) async throws -> Item? {
        let number = number
        return try await readers.read { connection in
            try connection.query("SELECT id, document FROM item WHERE tenant = $1 AND id = $2", number, .text(id))
                .first { try Self.item($0) }
        }
    }

    /// Adds items, or replaces them; those that are new are numbered, those that were removed are back.
    public func put(_ items: [Item]) async throws {
        guard !items.isEmpty else { return }
        let number = number
        let rows = items.map { item in
            let folded = Self.folded(item.id) + [0xFF] + Self.folded(item.title ?? "")
            return (id: item.id, folded: folded, document: ItemCoding.encode(item))
        }
        try await write { connection, changes in
            let numbers = rows.map { Int64(changes.number(ofItem: $0.id).rawValue) }
            for row in rows { changes.note(.item(row.id)) }
            try connection.query(
                "DELETE FROM removed_item WHERE tenant = $1 AND number = ANY($2)",
                number,
                .integers(numbers)
            )
            _ = try connection.pipeline(
                """
                INSERT INTO item (tenant, number, id, folded, document) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (tenant, number) DO UPDATE SET folded = excluded.folded, document = excluded.document
                """,
                zip(numbers, rows).map { place, row in
                    [number, .integer(place), .text(row.id), .bytes(row.folded), .bytes(row.document)]
                }
            )
        }
    }

    /// Removes an item, which stays removed until it is put again; whether there was something to remove.
    public func removeItem(_ id: String) async throws -> Bool {
        let (number, vocabulary) = (number, vocabulary)
        return try await write { connection, changes in
            let isKnown = vocabulary.item(id) != nil
            changes.note(.item(id))
            let item = PostgresValue.number(changes.number(ofItem: id).rawValue)
            try connection.query("DELETE FROM item WHERE tenant = $1 AND number = $2", number, item)
            let removed = try connection.query(
                "INSERT INTO removed_item (tenant, number) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                number,
                item
            )
            return isKnown && removed.changed > 0
        }
    }

    /// Calls `body` with the id of every item that was removed and not put again.
    public func forEachRemovedItem(_ body: (String) throws -> Void) throws {
        let number = number
        let ids = try readers.readNow { connection in
            try connection.query(
                "SELECT id FROM removed_item JOIN item_name USING (tenant, number) WHERE tenant = $1",
                number
            ).map { $0.text(0) ?? "" }
        }
        for id in ids { try body(id) }
    }

    /// A page of items in the order of their ids, those whose id or title contains `search`, in any case, if given.
    public func items(matching search: String?, after cursor: String?, limit: Int) async throws -> [Item] {
        let number = number
        return try await readers.read { connection in
            try connection.query(
                """
                SELECT id, document FROM item WHERE tenant = $1 AND id > $2
                    AND ($3::bytea IS NULL OR position($3 in folded) > 0)
                ORDER BY id LIMIT $4
                """,
                number,
                .text(cursor ?? ""),
                .bytes(search.map { Self.folded($0) }),
                .number(max(0, limit))
            ).map { try Self.item($0) }
        }
    }

    /// Calls `body` with every item there is, in the order of their numbers.
    ///
    /// Items are read in portions; one that is put meanwhile may be missed.
    public func forEachItem(_ body: (Item) throws -> Void) throws {
        let number = number
        var next: Int64 = 0
        while true {
            let first = next
            let portion = try readers.readNow { connection in
                try connection.query(
                    """
                    SELECT id, document, number FROM item WHERE tenant = $1 AND number >= $2
                    ORDER BY number LIMIT 512
                    """,
                    number,
                    .integer(first)
                ).map { (item: try Self.item($0), number: $0.integer(2)) }
            }
            guard let last = portion.last else { return }
            next = last.number + 1
            for entry in portion { try body(entry.item) }
        }
    }

    /// A text as searches look for it, in any case.
    static func folded(_ text: String) -> [UInt8] { Array(text.lowercased().utf8) }

    /// The item of a row of id and document.
    private static func item(_ row: PostgresRows.Row) throws -> Item {
        let id = row.text(0) ?? ""
        guard let item = row.withBytes(1, { ItemCoding.decode($0, id: id) }) else {
            throw FreshetError(
                .invalidData,
                "The record of item '\(id)' in PostgreSQL is damaged.",
                remedy: "Put the item again."
            )
        }
        return item
    }
}
#endif
