import FreshetCore

/// The names that the columns of a table of events can have, by role, the preferred first.
struct TableColumns {
    var user: [String]
    var item: [String]
    var time: [String] = []
    var type: [String] = []
    var value: [String] = []
    /// The roles whose column somebody named, so that it must be there.
    var named: Set<String> = []
}

extension EventCollector {
    /// Reads a table of events with a header.
    ///
    /// - Parameters:
    ///   - path: the table's file.
    ///   - type: the type of events in a table that has no column for it, or nothing in it.
    ///   - columns: the names of the columns.
    /// - Throws: ``FreshetError`` of kind `usage` when the table lacks the user's, the item's or a named column.
    func readEvents(of path: String, as type: EventType, columns: TableColumns) throws {
        let unit = options.timeUnit
        func position(_ role: String, _ names: [String], _ header: TableHeader) throws -> Int? {
            columns.named.contains(role) ? try header.position(ofRequired: names) : header.position(of: names)
        }
        try forEachRow(of: path) { header in
            (
                user: try header.position(ofRequired: columns.user),
                item: try header.position(ofRequired: columns.item),
                time: try position("time", columns.time, header),
                type: try position("type", columns.type, header),
                value: try position("value", columns.value, header)
            )
        } _: { positions, row in
            let time: Int64?
            if let position = positions.time, !row[position].isEmpty {
                time = NumberText.time(row[position], unit: unit)
                guard time != nil else { return try drop(.malformedLine, "'\(decodeText(row[position]))' is no time") }
            } else {
                time = nil
            }
            var value = Float.nan
            if let position = positions.value, !row[position].isEmpty {
                guard let number = NumberText.double(row[position]), Float(number).isFinite else {
                    return try drop(.malformedLine, "'\(decodeText(row[position]))' is no number")
                }
                value = Float(number)
            }
            let name = positions.type.map { row[$0] }
            guard let code = typeCode(of: name, else: type) else {
                return try drop(.malformedLine, "more than 255 event types")
            }
            try addEvent(user: row[positions.user], item: row[positions.item], type: code, value: value, time: time)
        }
    }
}
