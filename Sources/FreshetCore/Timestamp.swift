/// Times as text: RFC 3339, such as `2024-02-29T12:30:00Z`, and its short forms.
public enum Timestamp {
    /// The seconds since 1970-01-01 UTC of a time in text, rounded down, or `nil` when it is not one.
    ///
    /// Read are `2024-02-29`, `2024-02-29T12:30`, `2024-02-29 12:30:00.5` and either with `Z` or an offset such as
    /// `+01:00`; without an offset the time is read as UTC.
    public static func seconds(from text: String) -> Int64? {
        var text = text
        return text.withUTF8 { seconds(from: $0) }
    }

    /// The same from the text's bytes.
    public static func seconds(from text: UnsafeBufferPointer<UInt8>) -> Int64? {
        var cursor = Cursor(text: text)
        guard let year = cursor.digits(4), cursor.take("-"), let month = cursor.digits(2), cursor.take("-"),
            let day = cursor.digits(2), (1...12).contains(month), (1...days(in: month, of: year)).contains(day)
        else { return nil }
        let midnight = daysSince1970(year: year, month: month, day: day) * 86_400
        if cursor.isAtEnd { return midnight }
        guard cursor.take("T") || cursor.take("t") || cursor.take(" "), let clock = cursor.clock() else { return nil }
        guard let offset = cursor.offset(), cursor.isAtEnd else { return nil }
        return midnight + clock - offset
    }

    /// The RFC 3339 text of a time, in UTC.
    public static func text(from seconds: Int64) -> String {
        let (day, clock) = (floorDivide(seconds, 86_400), seconds - floorDivide(seconds, 86_400) * 86_400)
        let (year, month, dayOfMonth) = date(daysSince1970: day)
        let parts = [month, dayOfMonth, clock / 3600, clock / 60 % 60, clock % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        let digits = String(year.magnitude)
        let padded = (year < 0 ? "-" : "") + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return "\(padded)-\(parts[0])-\(parts[1])T\(parts[2]):\(parts[3]):\(parts[4])Z"
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        let isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return switch month {
        case 2: isLeapYear ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    // The two conversions count years from March, so that the leap day is the last of its year, in cycles of 400 years
    // (146,097 days); Howard Hinnant, "chrono-compatible low-level date algorithms".

    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let cycle = floorDivide(year, 400)
        let yearOfCycle = year - cycle * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return cycle * 146_097 + yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear - 719_468
    }

    private static func date(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let cycle = floorDivide(shifted, 146_097)
        let dayOfCycle = shifted - cycle * 146_097
        let yearOfCycle = (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    private static func floorDivide(_ left: Int64, _ right: Int64) -> Int64 {
        left >= 0 ? left / right : -((right - 1 - left) / right)
    }
}

/// A place in the text of a time.
private struct Cursor {
    let text: UnsafeBufferPointer<UInt8>
    var position = 0

    var isAtEnd: Bool { position == text.count }

    /// Moves past a character when it is next.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// Reads a number of exactly so many digits.
    mutating func digits(_ count: Int) -> Int64? {
        guard text.count - position >= count else { return nil }
        var number: Int64 = 0
        for byte in text[position..<position + count] {
            guard (0x30...0x39).contains(byte) else { return nil }
            number = number * 10 + Int64(byte - 0x30)
        }
        position += count
        return number
    }

    /// Reads `12:30`, `12:30:00` or `12:30:00.25`; the fraction is left out.
    mutating func clock() -> Int64? {
        guard let hour = digits(2), take(":"), let minute = digits(2), hour < 24, minute < 60 else { return nil }
        guard take(":") else { return hour * 3600 + minute * 60 }
        // 60 is a leap second, which the count since 1970 folds into the next minute.
        guard let second = digits(2), second <= 60 else { return nil }
        if take(".") {
            guard digits(1) != nil else { return nil }
            while digits(1) != nil {}
        }
        return hour * 3600 + minute * 60 + second
    }

    /// Reads `Z` or `+01:00`; nothing is UTC.
    mutating func offset() -> Int64? {
        if isAtEnd || take("Z") || take("z") { return 0 }
        let sign: Int64 = take("-") ? -1 : 1
        guard sign < 0 || take("+"), let hours = digits(2), take(":"), let minutes = digits(2), hours < 24, minutes < 60
        else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}
