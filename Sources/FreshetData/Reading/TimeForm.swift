import FreshetCore

/// Why the text of a field is not a time of its column.
enum TimeFault: Error {
    /// The text does not have the column's form.
    case unreadable
    /// The number would be a time in another unit than that of the column.
    case otherUnit(ImportOptions.TimeUnit)
}

/// How the times of a column are written.
enum TimeForm: Sendable, Equatable {
    /// Numbers since 1970, whole or with a fraction.
    case number(ImportOptions.TimeUnit)
    /// Digits: `20240501` or `20240501120000`.
    case digits
    /// ISO 8601, RFC 2822 or `Wed May 01 12:00:00 +0000 2024`, each told by how it begins.
    case text
    /// As a pattern says.
    case pattern(TimePattern)

    /// The milliseconds since 1970 of a field.
    func milliseconds(_ text: Bytes) throws(TimeFault) -> Int64 {
        switch self {
        case .number(let unit): return try Self.milliseconds(text, unit)
        case .digits: if let time = Self.milliseconds(ofDigits: text) { return time }
        case .text: if let time = Self.milliseconds(ofText: text) { return time }
        case .pattern(let pattern): if let time = pattern.milliseconds(text) { return time }
        }
        throw .unreadable
    }

    /// What the form is called in reports.
    var words: String {
        switch self {
        case .number(let unit): "\(unit.rawValue) since 1970"
        case .digits: "dates as digits"
        case .text: "date and time as text, UTC where no offset is given"
        case .pattern(let pattern): "as \(pattern.text), UTC where no offset is given"
        }
    }

    // MARK: Forms

    private static func milliseconds(
        _ text: Bytes,
        _ unit: ImportOptions.TimeUnit
    ) throws(TimeFault) -> Int64 {
        let time: Int64
        if let whole = NumberText.integer(text) {
            time = unit.milliseconds(whole)
        } else if let number = NumberText.double(text) {
            time = unit.milliseconds(number) ?? Int64.max
        } else if let other = milliseconds(ofText: text) {
            return other
        } else {
            throw .unreadable
        }
        let isOdd = time > plausible.upperBound || unit != .seconds && time < plausible.lowerBound
        if isOdd, let number = NumberText.double(text), let other = ImportOptions.TimeUnit.plausible(for: number),
            other != unit
        {
            throw .otherUnit(other)
        }
        guard time < Int64.max else { throw .unreadable }
        return time
    }

    /// 1980 to 2100: times that are believed without being told the unit.
    fileprivate static let plausible: ClosedRange<Int64> = 315_532_800_000...4_102_444_800_000

    /// `20240501` or `20240501120000`.
    static func milliseconds(ofDigits text: Bytes) -> Int64? {
        guard text.count == 8 || text.count == 14 else { return nil }
        var cursor = TimeCursor(text)
        guard cursor.digitCount == text.count, let day = cursor.date() else { return nil }
        guard let clock = cursor.isAtEnd ? 0 : cursor.clock(), cursor.isAtEnd else { return nil }
        return day * GregorianCalendar.daySeconds * 1000 + clock
    }

    static func milliseconds(ofText text: Bytes) -> Int64? {
        Timestamp.milliseconds(from: text) ?? MailDate.milliseconds(text) ?? MailDate.milliseconds(ofUnixDate: text)
    }
}

extension ImportOptions.TimeUnit {
    /// How many of the unit are a second.
    var perSecond: Int64 {
        switch self {
        case .seconds: 1
        case .milliseconds: 1000
        case .microseconds: 1_000_000
        case .nanoseconds: 1_000_000_000
        }
    }

    /// A number of units in milliseconds, rounded down; the ends of the range where that is too much.
    func milliseconds(_ units: Int64) -> Int64 {
        switch self {
        case .seconds:
            let (product, overflows) = units.multipliedReportingOverflow(by: 1000)
            return overflows ? (units < 0 ? Int64.min + 1 : Int64.max) : product
        case .milliseconds: return units
        case .microseconds, .nanoseconds: return GregorianCalendar.floorDivide(units, perSecond / 1000)
        }
    }

    /// The same for a number with a fraction; `nil` when it is beyond every time.
    func milliseconds(_ units: Double) -> Int64? {
        // To the microsecond, so that 0.257 s are 257 ms although no Double is 0.257.
        let microseconds = (units / Double(perSecond) * 1e6).rounded()
        return abs(microseconds) < 0x1p62 ? GregorianCalendar.floorDivide(Int64(microseconds), 1000) : nil
    }

    /// The unit in which a number is a time from 1980 to 2100, or `nil`.
    static func plausible(for number: Double) -> ImportOptions.TimeUnit? {
        allCases.first { unit in
            unit.milliseconds(number).map(TimeForm.plausible.contains) ?? false
        }
    }
}
