import FreshetCore

/// Checks of settings.
enum SettingRange {
    /// Throws unless every value is in range and there is one.
    static func check<Value: Comparable>(_ name: String, _ values: [Value], in range: ClosedRange<Value>) throws {
        guard !values.isEmpty else { throw FreshetError(.usage, "\(name) is empty.") }
        for value in values where !range.contains(value) {
            throw FreshetError(.usage, "\(name) is \(value), but must be in \(range).")
        }
    }

    /// Throws unless a value is in range.
    static func check<Value: Comparable>(_ name: String, _ value: Value, in range: ClosedRange<Value>) throws {
        try check(name, [value], in: range)
    }
}
