import FreshetCore

/// Times with the names of months: RFC 2822, and what Unix's `date` and Twitter's interface write.
enum MailDate {
    private static let months: [StaticString] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
    private static let weekdays: [StaticString] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    /// The zones that RFC 2822 (4.3) knows by name, beside `GMT` and `UT`.
    private static let zones: [(StaticString, hours: Int64)] = [
        ("EST", -5), ("EDT", -4), ("CST", -6), ("CDT", -5), ("MST", -7), ("MDT", -6), ("PST", -8), ("PDT", -7),
    ]

    /// `Wed, 01 May 2024 12:00:00 +0000`, as RFC 2822 has it; the weekday may be missing.
    static func milliseconds(_ text: Bytes) -> Int64? {
        var cursor = TimeCursor(text)
        if takeWeekday(&cursor) {
            guard cursor.take(",") else { return nil }
            _ = cursor.takeBlanks()
        }
        guard let day = cursor.digits(1...2), cursor.take("-") || cursor.takeBlanks(), let month = takeMonth(&cursor),
            cursor.take("-") || cursor.takeBlanks(), let year = cursor.digits(4), cursor.takeBlanks(),
            let clock = cursor.clock(), let offset = takeZone(&cursor), cursor.isAtEnd,
            let date = GregorianCalendar.day(year: year, month: month, day: day)
        else { return nil }
        return (date * GregorianCalendar.daySeconds - offset) * 1000 + clock
    }

    /// `Wed May 01 12:00:00 +0000 2024`, with a zone or none.
    static func milliseconds(ofUnixDate text: Bytes) -> Int64? {
        var cursor = TimeCursor(text)
        guard takeWeekday(&cursor), cursor.takeBlanks(), let month = takeMonth(&cursor), cursor.takeBlanks(),
            let day = cursor.digits(1...2), cursor.takeBlanks(), let clock = cursor.clock(), cursor.takeBlanks()
        else { return nil }
        var offset: Int64 = 0
        if cursor.digitCount != 4 {
            guard let zone = takeZone(&cursor), cursor.takeBlanks() else { return nil }
            offset = zone
        }
        guard let year = cursor.digits(4), cursor.isAtEnd,
            let date = GregorianCalendar.day(year: year, month: month, day: day)
        else { return nil }
        return (date * GregorianCalendar.daySeconds - offset) * 1000 + clock
    }

    /// Moves past a month's name, short or in full.
    /// - Returns: its number from 1.
    static func takeMonth(_ cursor: inout TimeCursor) -> Int64? {
        for (number, name) in months.enumerated() where cursor.takeWord(name) {
            _ = cursor.letters()
            return Int64(number) + 1
        }
        return nil
    }

    /// Moves past a weekday's name, short or in full.
    static func takeWeekday(_ cursor: inout TimeCursor) -> Bool {
        guard weekdays.contains(where: { cursor.takeWord($0) }) else { return false }
        _ = cursor.letters()
        return true
    }

    /// Moves past an offset or a zone's name; nothing is UTC.
    static func takeZone(_ cursor: inout TimeCursor) -> Int64? {
        if cursor.isAtEnd { return 0 }
        _ = cursor.takeBlanks()
        for (name, hours) in zones where cursor.takeWord(name) { return hours * 3600 }
        if cursor.takeWord("UTC") || cursor.takeWord("GMT") || cursor.takeWord("UT") || cursor.takeWord("Z") {
            return 0
        }
        return cursor.shift()
    }
}
