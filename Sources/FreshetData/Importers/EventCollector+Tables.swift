import FreshetCore

extension EventCollector {
    /// Reads a table of events.
    ///
    /// - Parameters:
    ///   - path: the table's file.
    ///   - type: the type of events in a table that has no column for it, or nothing in it; by default what the column
    ///     of values is called says it.
    ///   - columns: the names of the columns.
    ///   - names: the names of all columns, for a form that has no header.
    ///   - timePattern: the form of times that the table has.
    /// - Throws: ``FreshetError`` of kind `usage` when the table lacks the user's, the item's or a named column, or its
    ///   times are in a form that needs to be named.
    func readEvents(
        of path: String,
        as type: EventType? = nil,
        columns: TableColumns,
        names: [String]? = nil,
        timePattern: TimePattern? = nil
    ) throws {
        var options = options
        options.timePattern = options.timePattern ?? (options.timeUnit == nil ? timePattern : nil)
        try forEachRow(of: path, names: names) { look in
            let roles = try EventRoles(look, columns: columns, eventType: type, options: options)
            note(roles.words(look))
            return roles
        } _: { roles, row in
            try readEvent(row, roles)
        }
    }

    private func readEvent(_ row: [Bytes], _ roles: EventRoles) throws {
        var time: Int64?
        if let position = roles.time, let form = roles.timeForm, !MissingText.isMissing(row[position]) {
            do throws(TimeFault) {
                time = try form.milliseconds(row[position])
            } catch .otherUnit(let unit) {
                return try drop(.otherTimeUnit, "'\(decodeText(row[position]))' is in \(unit.rawValue)")
            } catch .unreadable {
                return try drop(.malformedLine, "'\(decodeText(row[position]))' is not a time")
            }
            if let position = roles.delay, let delay = NumberText.integer(row[position]) {
                time = time.map { $0 &+ delay }
            }
        }
        if let text = Self.searchText(in: row, roles) {
            return try addSearch(user: user(in: row, roles), text: text, milliseconds: time)
        }
        var value = Float.nan
        if let position = roles.value, !MissingText.isMissing(row[position]) {
            guard let number = NumberText.double(row[position]), Float(number).isFinite else {
                return try drop(.malformedLine, "'\(decodeText(row[position]))' is not a number")
            }
            value = Float(number)
        }
        guard let code = typeCode(of: roles.type.map { row[$0] }, else: roles.eventType) else {
            return try drop(.malformedLine, "more than 255 event types")
        }
        try addEvent(
            user: user(in: row, roles),
            item: row[roles.item],
            type: code,
            value: value,
            milliseconds: time,
            session: roles.sessionID.map { row[$0] }
        )
    }

    /// What a row that names no item looks for; `nil` where it is no search.
    private static func searchText(in row: [Bytes], _ roles: EventRoles) -> Bytes? {
        guard let position = roles.text, MissingText.isMissing(row[roles.item]), !MissingText.isMissing(row[position])
        else { return nil }
        let type = roles.type.map { row[$0] } ?? Bytes(start: nil, count: 0)
        let isSearch = MissingText.isMissing(type) ? roles.isSearchColumn : type.elementsEqual("search".utf8)
        return isSearch ? row[position] : nil
    }

    /// Who did it: the user, or the session where no user is known.
    private func user(in row: [Bytes], _ roles: EventRoles) throws -> Bytes {
        guard let session = roles.session else { return roles.user.map { row[$0] } ?? Bytes(start: nil, count: 0) }
        guard let user = roles.user else { return row[session] }
        guard MissingText.isMissing(row[user]), !MissingText.isMissing(row[session]) else { return row[user] }
        return sessionScratch.visitor(ofSession: row[session])
    }
}

extension ScratchBuffer {
    /// The id of a visitor of whom only the session is known (``Event/visitor(ofSession:)``), valid until the next is asked
    /// for.
    func visitor(ofSession session: Bytes) -> Bytes {
        guard NumberText.integer(session) != nil else { return session }
        clear(capacity: session.count + 8)
        return joining("session:", session)
    }
}
