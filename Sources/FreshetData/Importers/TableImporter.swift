import FreshetCore

/// Any table of events with a header; ``ImportOptions/columns`` names the column of each role.
///
/// Without a mapping the usual names are looked for. Quotes are as in RFC 4180.
struct TableImporter: Importer {
    let name: String
    let separator: Unicode.Scalar
    var summary: String { "a table with a header; columns by --columns user=…,item=…,time=…,type=…,value=…" }

    /// The importer of a table, by what parts the fields of its first line.
    static func of(_ source: ImportSource) -> TableImporter {
        let isTabbed = source.firstLines.first.map { TableHeader.separator(of: $0) == UInt8(ascii: "\t") } ?? false
        return isTabbed ? TableImporter(name: "tsv", separator: "\t") : TableImporter(name: "csv", separator: ",")
    }

    func recognizes(_ source: ImportSource) -> Bool {
        guard let first = source.firstLines.first, first.contains(UInt8(ascii: separator)),
            TableHeader.separator(of: first) == UInt8(ascii: separator)
        else { return false }
        let names = first.split(separator: UInt8(ascii: separator)).map { String(decoding: $0, as: UTF8.self) }
        let header = TableHeader(names: names.map { $0.trimming("\" ") }, file: source.fileName)
        return header.position(of: Self.usualNames.user) != nil && header.position(of: Self.usualNames.item) != nil
    }

    func read(_ source: ImportSource, into collector: EventCollector) throws {
        try collector.readEvents(
            of: source.main("events.\(name)"),
            as: .view,
            columns: try columns(collector.options.columns)
        )
    }

    /// The names of the columns: the mapped one where there is one, and else the usual ones.
    private func columns(_ mapping: [String: String]) throws -> TableColumns {
        var columns = Self.usualNames
        columns.named = Set(mapping.keys)
        for (role, column) in mapping {
            switch role {
            case "user": columns.user = [column]
            case "item": columns.item = [column]
            case "time": columns.time = [column]
            case "type": columns.type = [column]
            case "value": columns.value = [column]
            default: throw FreshetError.unknown("column role", role, known: ["user", "item", "time", "type", "value"])
            }
        }
        return columns
    }

    private static let usualNames = TableColumns(
        user: ["user", "user_id", "userId", "customer", "customer_id", "visitorid", "session", "session_id"],
        item: ["item", "item_id", "itemId", "product", "product_id", "movie", "movieId", "book", "book_id", "asin"],
        time: ["time", "timestamp", "date", "datetime", "created_at", "event_time"],
        type: ["type", "event", "event_type", "action", "behavior"],
        value: ["value", "rating", "quantity", "score", "weight"]
    )
}

extension String {
    /// The string without any of some characters at its ends.
    fileprivate func trimming(_ characters: String) -> String {
        var text = self[...]
        while let first = text.first, characters.contains(first) { text.removeFirst() }
        while let last = text.last, characters.contains(last) { text.removeLast() }
        return String(text)
    }
}
