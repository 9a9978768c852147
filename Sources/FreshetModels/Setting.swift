import FreshetCore

/// Checks of settings, in one wording.
enum Setting {
    /// Checks that a value is finite and in a range.
    /// - Throws: ``FreshetError`` of kind `usage`.
    static func check<Value: Comparable>(_ name: String, _ value: Value, in range: ClosedRange<Value>) throws {
        guard range.contains(value) else {
            throw FreshetError(.usage, "\(name) is \(value), but must be in \(range.lowerBound)...\(range.upperBound).")
        }
    }
}
