import FreshetCore

/// A table of a shop in a form that every store's rows can be brought into: for copies from one into another, and to compare.
package struct StoredTable: Sendable {
    /// A column, by the name and type that PostgreSQL has for it.
    package struct Column: Sendable {
        /// What a column holds.
        package enum Kind: Sendable {
            /// Whole numbers of 16, 32 and 64 bits, floating-point numbers of 32 and 64, and bytes.
            case small, integer, long, real, double, bytes
        }

        /// Its name.
        package let name: String
        /// What it holds.
        package let kind: Kind
    }

    /// In which order, and how, the rows are read a portion at a time.
    package enum Order: Sendable {
        /// By the first column, which no two rows share.
        case key
        /// By a number of first columns, all rows at once: there are few.
        case whole(Int)
    }

    /// Its name.
    package let name: String
    /// The columns, those of the key first.
    package let columns: [Column]
    /// The order of its rows.
    package let order: Order
    /// The same columns in SQLite.
    let selection: String
    /// What SQLite does not have in this form, made from what it has.
    let complete: @Sendable (inout [StoredValue]) -> Void

    private init(
        _ name: String,
        _ columns: [(String, Column.Kind)],
        _ selection: String,
        order: Order = .key,
        complete: @escaping @Sendable (inout [StoredValue]) -> Void = { _ in }
    ) {
        self.name = name
        self.columns = columns.map { Column(name: $0, kind: $1) }
        (self.selection, self.order, self.complete) = (selection, order, complete)
    }

    /// All tables of a shop; the names come first.
    package static let all = [
        StoredTable(
            "user_name",
            [("number", .integer), ("id", .bytes), ("folded", .bytes)],
            "number, id, id FROM user_name"
        ) { $0[2] = $0[1].folded },
        StoredTable("item_name", [("number", .integer), ("id", .bytes)], "number, id FROM item_name"),
        StoredTable("type_name", [("number", .integer), ("id", .bytes)], "number, id FROM type_name"),
        StoredTable(
            "joined_user",
            [("id", .bytes), ("user_number", .integer), ("former", .integer)],
            "id, user, former FROM joined_user"
        ),
        StoredTable(
            "event",
            [
                ("number", .long), ("user_number", .integer), ("item_number", .integer), ("type", .small),
                ("value", .real), ("time", .long), ("received", .long), ("profit", .double), ("id", .bytes),
                ("recommendation", .bytes), ("session", .bytes),
            ],
            "offset, user, item, type, value, time, received, profit, id, recommendation, session FROM event"
        ),
        StoredTable(
            "search",
            [
                ("number", .long), ("user_number", .integer), ("text", .bytes), ("time", .long), ("received", .long),
                ("session", .bytes), ("id", .bytes),
            ],
            "number, user, text, time, received, session, id FROM search"
        ),
        StoredTable(
            "item",
            [("number", .integer), ("id", .bytes), ("folded", .bytes), ("document", .bytes)],
            "number, id, coalesce(folded_title, ''), document FROM item"
        ) { $0[2] = .bytes($0[1].folded.list + [0xFF] + $0[2].list) },
        StoredTable("removed_item", [("number", .integer)], "number FROM removed_item"),
        StoredTable(
            "profile",
            [("id", .bytes), ("folded", .bytes), ("document", .bytes)],
            "id, id, document FROM user"
        ) { $0[1] = $0[0].folded },
        StoredTable(
            "impression",
            [
                ("number", .long), ("id", .bytes), ("user_number", .integer), ("user_id", .bytes), ("time", .long),
                ("model", .bytes), ("scenario", .bytes), ("variant", .bytes), ("items", .bytes), ("rules", .bytes),
                ("teams", .bytes), ("latency", .real), ("segments", .bytes), ("context", .bytes),
            ],
            """
            number, id, CASE typeof(user) WHEN 'integer' THEN user END, CASE typeof(user) WHEN 'text' THEN user END, time,
                model, scenario, variant, items, rules, teams, latency, segments, context
            FROM impression
            """
        ),
        StoredTable(
            "version",
            [("number", .long), ("micro_update", .long), ("document", .bytes)],
            "number, micro_update, document FROM version",
            order: .whole(2)
        ),
        StoredTable("decision", [("number", .long), ("document", .bytes)], "number, document FROM decision"),
        // Whose a database is, PostgreSQL has in a column.
        StoredTable(
            "setting",
            [("name", .bytes), ("value", .bytes)],
            "name, value FROM (SELECT * FROM setting WHERE name <> 'store.tenant')"
        ),
        StoredTable(
            "source_position",
            [
                ("source", .bytes), ("topic", .bytes), ("number", .integer), ("epoch", .long), ("next", .long),
            ],
            "source, topic, number, epoch, next FROM source_position",
            order: .whole(3)
        ),
    ]
}

/// A value of a row, bit for bit.
package enum StoredValue: Hashable, Sendable {
    /// NULL.
    case null
    /// A whole number.
    case integer(Int64)
    /// The bits of a `Float`.
    case real(UInt32)
    /// The bits of a `Double`.
    case double(UInt64)
    /// A text or a blob.
    case bytes([UInt8])

    /// The bytes; none where it has none.
    package var list: [UInt8] { if case .bytes(let list) = self { list } else { [] } }

    /// A text in small letters, as searches look for it.
    fileprivate var folded: StoredValue {
        guard case .bytes(let list) = self else { return self }
        return .bytes(Array(String(decoding: list, as: UTF8.self).lowercased().utf8))
    }
}

extension StoredValue: CustomStringConvertible {
    /// The value for people.
    package var description: String {
        switch self {
        case .null: "nothing"
        case .integer(let number): "\(number)"
        case .real(let bits): "\(Float(bitPattern: bits))"
        case .double(let bits): "\(Double(bitPattern: bits))"
        case .bytes(let list): "'\(String(decoding: list, as: UTF8.self))'"
        }
    }
}

/// How many rows there are, and 64 bits of a hash of all their values in order (FNV-1a).
package struct StoredDigest: Equatable, Sendable {
    /// How many rows.
    package private(set) var rows = 0
    /// The hash.
    package private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325

    /// Begins without rows.
    package init() {}

    /// Adds a row.
    package mutating func add(_ row: [StoredValue]) {
        rows += 1
        for value in row {
            switch value {
            case .null: add(0, kind: 0)
            case .integer(let number): add(UInt64(bitPattern: number), kind: 1)
            case .real(let bits): add(UInt64(bits), kind: 2)
            case .double(let bits): add(bits, kind: 3)
            case .bytes(let list):
                add(UInt64(list.count), kind: 4)
                for byte in list { add(byte) }
            }
        }
    }

    private mutating func add(_ bits: UInt64, kind: UInt8) {
        add(kind)
        withUnsafeBytes(of: bits.littleEndian) { for byte in $0 { add(byte) } }
    }

    private mutating func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
}
