import Foundation

/// Numbers and lists as people read them.
enum Words {
    /// A whole number with its thousands set apart.
    static func count(_ number: Int) -> String {
        var digits = String(number.magnitude)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
    }

    /// A number with a fixed count of decimals.
    static func decimal(_ number: Double, _ decimals: Int) -> String {
        String(format: "%.\(decimals)f", number)
    }

    /// A share as a percentage with two decimals.
    static func percent(_ share: Double) -> String { decimal(100 * share, 2) + "%" }

    /// Seconds as `4.2 s`, `3:07` or `2:03:07`.
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "?" }
        if seconds < 10 { return "\(decimal(seconds, 1)) s" }
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole) s" }
        let parts = [whole / 3600, whole / 60 % 60, whole % 60]
        let shown = parts[0] > 0 ? parts[...] : parts.dropFirst()
        return zip(0..., shown).map { $0 == 0 ? String($1) : String(format: "%02d", $1) }.joined(separator: ":")
    }

    /// Bytes in the unit that leaves a number below a thousand.
    static func bytes(_ bytes: Int) -> String {
        let units = ["B", "kB", "MB", "GB", "TB"]
        var value = Double(bytes)
        var unit = 0
        while value >= 999.5 && unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return "\(decimal(value, unit > 0 && value < 10 ? 1 : 0)) \(units[unit])"
    }

    /// Seconds since 1970 as a date in UTC.
    static func date(_ seconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601.year().month().day())
    }
}
