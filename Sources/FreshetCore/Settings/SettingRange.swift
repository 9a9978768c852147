/// Checks of settings, in one wording.
public enum SettingRange {
    /// Checks that a value is in a range, which what is not a number never is.
    /// - Throws: ``FreshetError`` of kind `usage` that names the setting, its value and its range.
    public static func check<Value: Comparable>(_ name: String, _ value: Value, in range: ClosedRange<Value>) throws {
        guard range.contains(value) else {
            throw FreshetError(
                .usage,
                "\(name) is \(value), but must be from \(range.lowerBound) to \(range.upperBound)."
            )
        }
    }

    /// Checks that a setting is not above another.
    /// - Throws: ``FreshetError`` of kind `usage` that names both and their values.
    public static func check(_ name: String, _ value: Int, isAtMost other: String, _ limit: Int) throws {
        guard value <= limit else {
            throw FreshetError(.usage, "\(name) is \(value), but must be at most \(other), which is \(limit).")
        }
    }

    /// Runs the checks of a part, so that errors name its settings as those of the whole: `promotion.horizon`.
    /// - Throws: the part's ``FreshetError``.
    public static func check(part name: String, _ check: () throws -> Void) throws {
        do {
            try check()
        } catch let error as FreshetError where error.kind == .usage {
            throw FreshetError(error.kind, "\(name).\(error.message)", remedy: error.remedy)
        }
    }

    /// Checks that there are values, and that every one is in a range.
    /// - Throws: ``FreshetError`` of kind `usage` that names the setting, its value and its range.
    public static func check<Value: Comparable>(
        _ name: String,
        _ values: [Value],
        in range: ClosedRange<Value>
    ) throws {
        guard !values.isEmpty else { throw FreshetError(.usage, "\(name) is empty.") }
        for value in values { try check(name, value, in: range) }
    }
}
