import FreshetCore

/// A form of times in the letters of `strptime`, such as `%d/%m/%Y %H:%M`.
///
/// `excel` stands for days since 1899-12-30, as spreadsheets count them.
public struct TimePattern: Sendable, Equatable {
    private enum Part: Equatable {
        case year, shortYear, month, monthName, day, dayOfYear, weekday
        case hour, hour12, half, minute, second, fraction, zone, epoch
        case blanks
        case literal(UInt8)
    }

    /// The name for the days of spreadsheets.
    static let excel = "excel"

    /// The pattern as it was given.
    public let text: String
    private let parts: [Part]

    /// Reads a pattern.
    /// - Throws: ``FreshetError`` of kind `usage` when it has a letter that is not known, or says no date.
    public init(_ text: String) throws {
        self.text = text
        var parts: [Part] = []
        var bytes = text.utf8.makeIterator()
        while let byte = bytes.next() {
            switch byte {
            case UInt8(ascii: "%"):
                var letter = bytes.next().map { Character(Unicode.Scalar($0)) }
                // `%-d` is GNU's way to write a number without a zero in front.
                if letter == "-" { letter = bytes.next().map { Character(Unicode.Scalar($0)) } }
                guard let letter, let new = Self.parts(of: letter) else {
                    throw Self.fault(text, "has '%\(letter.map(String.init) ?? "")', which is not known")
                }
                parts += new
            case 0x20: parts.append(.blanks)
            default: parts.append(.literal(byte))
            }
        }
        self.parts = parts
        let hasDate =
            parts.contains(.year) || parts.contains(.shortYear)
            ? parts.contains(.day) || parts.contains(.dayOfYear) : false
        guard text == Self.excel || hasDate || parts.contains(.epoch) else {
            throw Self.fault(text, "says no date of a year and a day")
        }
        guard !parts.contains(.hour12) || parts.contains(.half) else {
            throw Self.fault(text, "has hours to 12 (%I) without %p")
        }
    }

    private static func fault(_ text: String, _ what: String) -> FreshetError {
        FreshetError(
            .usage,
            "The time format '\(text)' \(what).",
            remedy: "Known: %Y %y %m %b %d %j %a %H %I %p %M %S %f %z %s %F %T %D %R, or excel; "
                + "for example %m/%d/%Y %I:%M:%S %p"
        )
    }

    private static func parts(of letter: Character) -> [Part]? {
        switch letter {
        case "Y": [.year]
        case "y": [.shortYear]
        case "m": [.month]
        case "b", "B", "h": [.monthName]
        case "d", "e": [.day]
        case "j": [.dayOfYear]
        case "a", "A": [.weekday]
        case "H", "k": [.hour]
        case "I", "l": [.hour12]
        case "p", "P": [.half]
        case "M": [.minute]
        case "S": [.second]
        case "f": [.fraction]
        case "z", "Z": [.zone]
        case "s": [.epoch]
        case "n", "t": [.blanks]
        case "F": [.year, .literal(0x2D), .month, .literal(0x2D), .day]
        case "D": [.month, .literal(0x2F), .day, .literal(0x2F), .shortYear]
        case "T": [.hour, .literal(0x3A), .minute, .literal(0x3A), .second]
        case "R": [.hour, .literal(0x3A), .minute]
        case "%": [.literal(0x25)]
        default: nil
        }
    }

    /// The milliseconds since 1970 of a text of this form, or `nil`.
    func milliseconds(_ text: Bytes) -> Int64? {
        if self.text == Self.excel { return Self.excelMilliseconds(text) }
        var cursor = TimeCursor(text)
        var fields = Fields()
        for part in parts {
            guard read(part, &cursor, &fields) else { return nil }
        }
        return cursor.isAtEnd ? fields.milliseconds : nil
    }

    private static func excelMilliseconds(_ text: Bytes) -> Int64? {
        // Day 25,569 is 1970-01-01; to the millisecond, which a spreadsheet's numbers just hold.
        guard let days = NumberText.double(text), (0..<2_958_466).contains(days) else { return nil }
        return Int64(((days - 25_569) * 86_400_000).rounded())
    }

    private func read(_ part: Part, _ cursor: inout TimeCursor, _ fields: inout Fields) -> Bool {
        func set(_ field: WritableKeyPath<Fields, Int64>, _ number: Int64?) -> Bool {
            if let number { fields[keyPath: field] = number }
            return number != nil
        }
        switch part {
        case .year: return set(\.year, cursor.digits(4))
        // As POSIX has it: 69 to 99 are of the twentieth century.
        case .shortYear: return set(\.year, cursor.digits(2).map { $0 + ($0 < 69 ? 2000 : 1900) })
        case .month: return set(\.month, cursor.digits(1...2))
        case .monthName: return set(\.month, MailDate.takeMonth(&cursor))
        case .day: return set(\.day, cursor.digits(1...2))
        case .dayOfYear: return set(\.dayOfYear, cursor.digits(1...3))
        case .weekday: return MailDate.takeWeekday(&cursor)
        case .hour: return set(\.hour, cursor.digits(1...2))
        case .hour12: return set(\.hour, cursor.digits(1...2).flatMap { (1...12).contains($0) ? $0 % 12 : nil })
        case .half:
            if cursor.takeWord("am") || cursor.takeWord("a.m.") { return true }
            fields.isAfternoon = cursor.takeWord("pm") || cursor.takeWord("p.m.")
            return fields.isAfternoon
        case .minute: return set(\.minute, cursor.digits(1...2))
        case .second:
            guard set(\.second, cursor.digits(1...2)) else { return false }
            return parts.contains(.fraction) || set(\.rest, cursor.fraction(of: 1000))
        case .fraction: return set(\.rest, cursor.bareFraction(of: 1000))
        case .zone: return set(\.offset, MailDate.takeZone(&cursor))
        case .epoch:
            fields.isEpoch = true
            return set(\.second, cursor.digits(1...18)) && set(\.rest, cursor.fraction(of: 1000))
        case .blanks: return cursor.takeBlanks()
        case .literal(let byte): return cursor.take(Unicode.Scalar(byte))
        }
    }

    /// The numbers that a text gave.
    private struct Fields {
        var year: Int64 = 1970
        var month: Int64 = 1
        var day: Int64 = 1
        var dayOfYear: Int64 = 0
        var hour: Int64 = 0
        var minute: Int64 = 0
        var second: Int64 = 0
        /// Milliseconds beyond the second.
        var rest: Int64 = 0
        var offset: Int64 = 0
        var isAfternoon = false
        var isEpoch = false

        var milliseconds: Int64? {
            if isEpoch { return second < 1 << 53 ? second * 1000 + rest : nil }
            let hour = hour + (isAfternoon ? 12 : 0)
            let date =
                dayOfYear > 0
                ? GregorianCalendar.day(year: year, dayOfYear: dayOfYear)
                : GregorianCalendar.day(year: year, month: month, day: day)
            guard let date, hour < 24, minute < 60, second <= 60 else { return nil }
            return (date * GregorianCalendar.daySeconds + hour * 3600 + minute * 60 + second - offset) * 1000 + rest
        }
    }
}
