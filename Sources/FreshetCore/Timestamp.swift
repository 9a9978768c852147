/// A moment: milliseconds since 1970-01-01 UTC.
///
/// In JSON it is a number of seconds with up to three decimals, and text in any form that ``milliseconds(from:)`` reads
/// is taken too. A literal is a number of seconds.
public struct Timestamp: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Milliseconds since 1970-01-01 UTC.
    public var milliseconds: Int64

    /// Creates a moment from milliseconds since 1970.
    @inlinable public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Creates a moment from seconds since 1970; the first or last moment that there is where they are too many.
    public init(seconds: Int64) {
        let (product, overflows) = seconds.multipliedReportingOverflow(by: 1000)
        milliseconds = overflows ? (seconds < 0 ? .min : .max) : product
    }

    /// Creates a moment from seconds since 1970 and a fraction, rounded down to milliseconds; `nil` from 2⁵³ seconds on,
    /// where numbers in JSON are no longer exact.
    public init?(seconds: Double) {
        guard abs(seconds) < 0x1p53 else { return nil }
        let whole = Int64(seconds.rounded(.down))
        // To the microsecond first, so that 0.257 s are 257 ms although no Double is 0.257; never into another second.
        let rest = ((seconds - Double(whole)) * 1e6).rounded() / 1e3
        milliseconds = whole * 1000 + min(Int64(rest.rounded(.down)), 999)
    }

    /// Creates a moment from text as ``milliseconds(from:)`` reads it.
    public init?(_ text: String) {
        guard let milliseconds = Self.milliseconds(from: text) else { return nil }
        self.milliseconds = milliseconds
    }

    /// Seconds since 1970, rounded down.
    @inlinable public var seconds: Int64 { milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0) }

    /// The RFC 3339 text in UTC, to the second.
    public var text: String { Self.text(from: seconds) }

    /// The number of seconds as files have it: whole, or with as many decimals as milliseconds need.
    public var decimalSeconds: String {
        let (whole, rest) = milliseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
        let sign = milliseconds < 0 ? "-" : ""
        guard rest > 0 else { return "\(sign)\(whole)" }
        var decimals = String(rest + 1000).dropFirst()
        while decimals.hasSuffix("0") { decimals.removeLast() }
        return "\(sign)\(whole).\(decimals)"
    }

    /// Orders by time.
    @inlinable public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }
}

extension Timestamp: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
    /// Creates a moment from a literal number of seconds.
    public init(integerLiteral seconds: Int64) { self.init(seconds: seconds) }

    /// Creates a moment from a literal number of seconds with a fraction.
    public init(floatLiteral seconds: Double) {
        guard let time = Timestamp(seconds: seconds) else { preconditionFailure("\(seconds) s are no time") }
        self = time
    }
}

extension Timestamp: CustomStringConvertible {
    /// The number of seconds: ``decimalSeconds``.
    public var description: String { decimalSeconds }
}

extension Timestamp: Codable {
    /// Reads a number of seconds, or text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let time: Timestamp?
        if let seconds = try? container.decode(Double.self) {
            time = Timestamp(seconds: seconds)
        } else {
            time = Timestamp(try container.decode(String.self))
        }
        guard let time else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a time")
        }
        self = time
    }

    /// Writes the number of seconds, whole where it is.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if milliseconds % 1000 == 0 {
            try container.encode(milliseconds / 1000)
        } else {
            try container.encode(Double(milliseconds) / 1000)
        }
    }
}

// MARK: Text

/// Times as text: ISO 8601 and RFC 3339, such as `2024-02-29T12:30:00Z`, in every form that names a moment.
extension Timestamp {
    /// The seconds since 1970-01-01 UTC of a time in text, rounded down, or `nil` when it is not one.
    public static func seconds(from text: String) -> Int64? {
        milliseconds(from: text).map { GregorianCalendar.floorDivide($0, 1000) }
    }

    /// The milliseconds since 1970-01-01 UTC of a time in text, rounded down, or `nil` when it is not one.
    ///
    /// Read are calendar dates (`2024-02-29`, `2024/02/29`, `20240229`), ordinal dates (`2024-060`) and week dates
    /// (`2024-W09-4`), alone or followed by `T` or a blank and a time of day (`12`, `12:30`, `12:30:00.5`, `123000,5`),
    /// with `Z`, ` UTC` or an offset such as `+01`, `+0530` or `-01:00`; without an offset the time is read as UTC.
    public static func milliseconds(from text: String) -> Int64? {
        var text = text
        return text.withUTF8 { milliseconds(from: $0) }
    }

    /// The same from the text's bytes.
    public static func milliseconds(from text: UnsafeBufferPointer<UInt8>) -> Int64? {
        // A text that begins with no digit is some other form, of which files have millions.
        guard let first = text.first, first &- 0x30 < 10 else { return nil }
        var cursor = TimeCursor(text)
        guard let day = cursor.date() else { return nil }
        let midnight = day * GregorianCalendar.daySeconds * 1000
        if cursor.isAtEnd { return midnight }
        guard cursor.take("T") || cursor.take("t") || cursor.takeBlanks(), let clock = cursor.clock(),
            let offset = cursor.zone(), cursor.isAtEnd
        else { return nil }
        return midnight + clock - offset * 1000
    }

    /// The RFC 3339 text of a time in seconds, in UTC.
    public static func text(from seconds: Int64) -> String {
        let day = GregorianCalendar.floorDivide(seconds, GregorianCalendar.daySeconds)
        let clock = seconds - day * GregorianCalendar.daySeconds
        let (year, month, dayOfMonth) = GregorianCalendar.date(of: day)
        let parts = [month, dayOfMonth, clock / 3600, clock / 60 % 60, clock % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        let digits = String(year.magnitude)
        let padded = (year < 0 ? "-" : "") + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return "\(padded)-\(parts[0])-\(parts[1])T\(parts[2]):\(parts[3]):\(parts[4])Z"
    }

    /// 2100: later numbers of seconds are taken for what they mostly are, a finer unit.
    public static let latestPlausible: Int64 = 4_102_444_800

    /// What to say of a number that is too large for seconds since 1970 and a time after 1973 in a finer unit, such as
    /// that of JavaScript's `Date.now()`; `nil` for one that fits as it is, or in no unit.
    public static func unitHint(for number: Double) -> String? {
        guard number > Double(latestPlausible) else { return nil }
        let units = [("milliseconds", 1e3), ("microseconds", 1e6), ("nanoseconds", 1e9)]
        let plausible = 1e8...Double(latestPlausible)
        guard let (name, count) = units.first(where: { plausible.contains(number / $0.1) }) else { return nil }
        return "it looks like \(name): send seconds, here \(Int64((number / count).rounded(.down)))"
    }
}

// MARK: Calendar

extension Timestamp {
    /// The names of weekdays, Monday's first.
    private static let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

    /// The hour of its day in UTC, 0 to 23.
    package var hour: Int {
        let day = GregorianCalendar.daySeconds
        return Int((seconds - GregorianCalendar.floorDivide(seconds, day) * day) / 3600)
    }

    /// The name of its day of the week in UTC.
    package var weekday: String {
        // 1970-01-01 was a Thursday.
        let day = GregorianCalendar.floorDivide(seconds, GregorianCalendar.daySeconds) + 3
        return Self.weekdays[Int(day - GregorianCalendar.floorDivide(day, 7) * 7)]
    }
}
