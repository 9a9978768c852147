/// Times as text: ISO 8601 and RFC 3339, such as `2024-02-29T12:30:00Z`, in every form that names a moment.
public enum Timestamp {
    /// The seconds since 1970-01-01 UTC of a time in text, rounded down, or `nil` when it is not one.
    public static func seconds(from text: String) -> Int64? {
        milliseconds(from: text).map { GregorianCalendar.floorDivide($0, 1000) }
    }

    /// The same from the text's bytes.
    public static func seconds(from text: UnsafeBufferPointer<UInt8>) -> Int64? {
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
