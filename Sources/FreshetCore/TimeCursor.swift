/// A place in the text of a time, which moves from part to part.
package struct TimeCursor {
    private let text: UnsafeBufferPointer<UInt8>
    private var position = 0

    /// Begins at the start of a text.
    package init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    /// Whether nothing is left.
    package var isAtEnd: Bool { position == text.count }

    /// The next byte, or `nil` at the end.
    package var next: UInt8? { position < text.count ? text[position] : nil }

    /// Moves past a character when it is next.
    package mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// Moves past blanks.
    /// - Returns: whether there were any.
    package mutating func takeBlanks() -> Bool {
        let start = position
        while position < text.count, text[position] == 0x20 { position += 1 }
        return position > start
    }

    /// Moves past a word when it is next, in any case of letters.
    package mutating func takeWord(_ word: StaticString) -> Bool {
        guard text.count - position >= word.utf8CodeUnitCount else { return false }
        for offset in 0..<word.utf8CodeUnitCount
        where text[position + offset] | 0x20 != word.utf8Start[offset] | 0x20 {
            return false
        }
        position += word.utf8CodeUnitCount
        return true
    }

    /// The letters that are next, moved past.
    package mutating func letters() -> UnsafeBufferPointer<UInt8> {
        let start = position
        while position < text.count, (0x61...0x7A).contains(text[position] | 0x20) { position += 1 }
        return UnsafeBufferPointer(rebasing: text[start..<position])
    }

    /// How many digits are next.
    package var digitCount: Int {
        var end = position
        while end < text.count, text[end] &- 0x30 < 10 { end += 1 }
        return end - position
    }

    /// Reads a number of exactly this many digits.
    package mutating func digits(_ count: Int) -> Int64? {
        guard text.count - position >= count else { return nil }
        var number: Int64 = 0
        for offset in position..<position + count {
            let digit = text[offset] &- 0x30
            guard digit < 10 else { return nil }
            number = number * 10 + Int64(digit)
        }
        position += count
        return number
    }

    /// Reads a number of this many digits.
    package mutating func digits(_ counts: ClosedRange<Int>) -> Int64? {
        let count = min(digitCount, counts.upperBound)
        return count >= counts.lowerBound ? digits(count) : nil
    }

    // MARK: ISO 8601

    /// Reads a calendar, ordinal or week date, with or without separators.
    /// - Returns: its day, counted from 1970-01-01.
    package mutating func date() -> Int64? {
        guard let year = digits(4) else { return nil }
        if take("-") {
            if take("W") || take("w") { return weekDate(of: year, isSeparated: true) }
            if digitCount == 3 { return digits(3).flatMap { GregorianCalendar.day(year: year, dayOfYear: $0) } }
            guard let month = digits(2), take("-"), let day = digits(2) else { return nil }
            return GregorianCalendar.day(year: year, month: month, day: day)
        }
        if take("/") {
            guard let month = digits(1...2), take("/"), let day = digits(1...2) else { return nil }
            return GregorianCalendar.day(year: year, month: month, day: day)
        }
        if take("W") || take("w") { return weekDate(of: year, isSeparated: false) }
        if digitCount == 3 { return digits(3).flatMap { GregorianCalendar.day(year: year, dayOfYear: $0) } }
        guard let month = digits(2), let day = digits(2) else { return nil }
        return GregorianCalendar.day(year: year, month: month, day: day)
    }

    /// Reads a time of day: `12`, `12:30`, `1230`, `12:30:00`, `123000`, each with a fraction of its last part.
    /// - Returns: milliseconds since midnight, rounded down.
    package mutating func clock() -> Int64? {
        guard let hour = digits(2), hour < 24 else { return nil }
        let isSeparated = take(":")
        guard isSeparated || digitCount >= 2 else { return fraction(of: 3_600_000).map { hour * 3_600_000 + $0 } }
        guard let minute = digits(2), minute < 60 else { return nil }
        let start = (hour * 60 + minute) * 60_000
        guard isSeparated ? take(":") : digitCount >= 2 else { return fraction(of: 60_000).map { start + $0 } }
        // 60 is a leap second, which the count since 1970 folds into the next minute.
        guard let second = digits(2), second <= 60 else { return nil }
        return fraction(of: 1000).map { start + second * 1000 + $0 }
    }

    /// Reads `Z`, `UTC`, `GMT`, `+01`, `+0100` or `+01:00`, after a blank or none; nothing is UTC.
    ///
    /// A place in brackets behind an offset, as Java writes it, is passed over.
    /// - Returns: the seconds that the time is ahead of UTC.
    package mutating func zone() -> Int64? {
        if isAtEnd { return 0 }
        _ = takeBlanks()
        var offset: Int64 = 0
        if !takeWord("UTC") && !takeWord("GMT") && !takeWord("Z") {
            guard let shift = shift() else { return nil }
            offset = shift
        }
        guard take("[") else { return offset }
        while let byte = next, byte != UInt8(ascii: "]") { position += 1 }
        return take("]") ? offset : nil
    }

    /// Reads `+01`, `+0100`, `+01:00` or the same with a minus, which may be the typographic one.
    package mutating func shift() -> Int64? {
        let isNegative = take("-") || takeTypographicMinus()
        guard isNegative || take("+"), let hours = digits(2), hours < 24 else { return nil }
        var minutes: Int64 = 0
        if take(":") || digitCount >= 2 {
            guard let number = digits(2), number < 60 else { return nil }
            minutes = number
        }
        return (isNegative ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    private mutating func weekDate(of year: Int64, isSeparated: Bool) -> Int64? {
        guard let week = digits(2), !isSeparated || take("-"), let weekday = digits(1) else { return nil }
        return GregorianCalendar.day(weekYear: year, week: week, weekday: weekday)
    }

    /// Reads a fraction after a point or a comma, in units of this many milliseconds; nothing is 0.
    package mutating func fraction(of unit: Int64) -> Int64? {
        take(".") || take(",") ? bareFraction(of: unit) : 0
    }

    /// Reads the digits of a fraction, in units of this many milliseconds.
    package mutating func bareFraction(of unit: Int64) -> Int64? {
        // Twelve digits say more than a millisecond of an hour.
        let count = digitCount
        let used = min(count, 12)
        guard used > 0, let number = digits(used) else { return nil }
        position += count - used
        var scale: Int64 = 1
        for _ in 0..<used { scale *= 10 }
        return scale.dividingFullWidth(number.multipliedFullWidth(by: unit)).quotient
    }

    private mutating func takeTypographicMinus() -> Bool {
        guard text.count - position >= 3, text[position] == 0xE2, text[position + 1] == 0x88,
            text[position + 2] == 0x92
        else { return false }
        position += 3
        return true
    }
}
