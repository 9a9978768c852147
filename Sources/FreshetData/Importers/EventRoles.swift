import FreshetCore

/// Which columns of a table say what, and how its times are written.
struct EventRoles {
    let user: Int?
    /// The column that says who it was where the user is missing: a session's, a device's.
    let session: Int?
    /// The same where it names sessions and not devices: of those whose events are one session.
    let sessionID: Int?
    let item: Int
    let type: Int?
    let value: Int?
    let time: Int?
    let delay: Int?
    /// The column of what users looked for.
    let text: Int?
    /// Whether its name alone says that it holds searches, so that a row without a type may be one.
    let isSearchColumn: Bool
    let timeForm: TimeForm?
    /// The type of events that no column names.
    let eventType: EventType

    /// Finds the columns of a table.
    /// - Throws: ``FreshetError`` of kind `usage` when the user's, the item's or a named column is missing, or times are
    ///   in a form that needs to be named.
    init(_ look: TableLook, columns: TableColumns, eventType: EventType?, options: ImportOptions) throws {
        let header = look.header
        func position(_ role: String, _ names: [String]) throws -> Int? {
            columns.named.contains(role) ? try header.position(ofRequired: names) : header.position(of: names)
        }
        let session = try position("session", columns.session)
        user = try session == nil ? header.position(ofRequired: columns.user) : position("user", columns.user)
        self.session = session
        let visitors = columns.named.contains("session") ? [] : TableColumns.visitors
        sessionID = user == nil ? nil : header.position(of: columns.session.filter { !visitors.contains($0) })
        item = try header.position(ofRequired: columns.item)
        type = try position("type", columns.type)
        value = try position("value", columns.value)
        delay = header.position(of: columns.delay)
        text = try position("text", columns.text)
        let isNamed = columns.named.contains("text")
        isSearchColumn = text.map { isNamed || TableHeader.key(header.names[$0]) != "text" } ?? false
        time = try Self.time(look, columns)
        timeForm = try time.map { try Self.form(of: $0, look, options) }
        self.eventType = eventType ?? value.map { TableColumns.eventType(ofValues: header.names[$0]) } ?? .view
    }

    /// What was understood, in words.
    func words(_ look: TableLook) -> String {
        let names = look.header.names
        var parts = [(String, Int?)]()
        parts = [
            ("user", user), ("session", session), ("item", item), ("type", type), ("value", value), ("time", time),
            ("text", isSearchColumn ? text : nil),
        ]
        let roles = parts.compactMap { role, position in position.map { "\(role) = \(names[$0])" } }
        let form = timeForm.map { " (\($0.words))" } ?? ", no times: the order is that of the file"
        let header = look.header.isWritten ? "" : ", no header, columns by position"
        return "\(look.header.file): \(look.words)\(header); \(roles.joined(separator: ", "))\(form)"
    }

    /// The column of times: the first of the names whose fields are times or numbers.
    private static func time(_ look: TableLook, _ columns: TableColumns) throws -> Int? {
        if columns.named.contains("time") { return try look.header.position(ofRequired: columns.time) }
        let found = columns.time.compactMap { look.header.position(of: [$0]) }
        return found.first { !look.values(of: $0).isEmpty } ?? found.first
    }

    // MARK: Times

    /// The form of a column's times.
    /// - Throws: ``FreshetError`` of kind `usage` when it is not known or may mean two things.
    private static func form(of column: Int, _ look: TableLook, _ options: ImportOptions) throws -> TimeForm {
        if let pattern = options.timePattern { return .pattern(pattern) }
        let values = look.values(of: column)
        let name = look.header.names[column]
        let numbers = values.compactMap { NumberText.double($0) }
        if numbers.count * 2 >= values.count {
            if let unit = options.timeUnit { return .number(unit) }
            return try numberForm(values, numbers, of: name, in: look.header.file)
        }
        let readable = values.count { text in
            var text = text
            return text.withUTF8 { TimeForm.milliseconds(ofText: $0) != nil }
        }
        guard readable * 2 >= values.count else {
            // Where only some of the rows can be read, the others are at fault; where none can, the column is.
            let odd = values.first { text in
                var text = text
                return text.withUTF8 { TimeForm.milliseconds(ofText: $0) == nil }
            }
            throw unknown(odd ?? "", name, look.header.file)
        }
        return .text
    }

    private static func numberForm(
        _ values: [String],
        _ numbers: [Double],
        of name: String,
        in file: String
    ) throws -> TimeForm {
        let areDates = values.allSatisfy { text in
            var text = text
            return text.withUTF8 { bytes in
                TimeForm.milliseconds(ofDigits: bytes).map { (-2_208_988_800_000...4_102_444_800_000).contains($0) }
                    ?? false
            }
        }
        if areDates, !values.isEmpty { return .digits }
        // Days since 1899 lie between 20,000 (1954) and 80,000 (2119); as seconds they are all of one day in 1970.
        let mayBeDays = numbers.allSatisfy { (20_000..<80_000).contains($0) }
        if mayBeDays, let odd = zip(values, numbers).first(where: { $1 != $1.rounded() })?.0 {
            throw FreshetError(
                .usage,
                "The times of column '\(name)' in '\(file)' are ambiguous: '\(odd)' may be days, as spreadsheets count "
                    + "them, or seconds.",
                remedy: "Say which: --time-format excel, or --time-unit seconds."
            )
        }
        let units = numbers.compactMap { ImportOptions.TimeUnit.plausible(for: $0) }
        let counts = ImportOptions.TimeUnit.allCases.map { unit in (unit, units.count { $0 == unit }) }
        let most = counts.reduce(counts[0]) { $1.1 > $0.1 ? $1 : $0 }
        return .number(most.1 > 0 && most.1 * 2 >= numbers.count ? most.0 : .seconds)
    }

    private static func unknown(_ text: String, _ name: String, _ file: String) -> FreshetError {
        FreshetError(
            .usage,
            "The times of column '\(name)' in '\(file)' are in no form that is read without being told: '\(text)'.",
            remedy: "Give the form, such as --time-format '%d/%m/%Y %H:%M' or --time-format '%m/%d/%Y %I:%M:%S %p'; or "
                + "name another column: --columns time=…"
        )
    }
}

extension NumberText {
    /// A decimal number from a string, or `nil`.
    static func double(_ text: String) -> Double? {
        var text = text
        return text.withUTF8 { double($0) }
    }
}
