import FreshetCore

/// Figures that were asked for.
public struct FeedbackReport: Sendable, Equatable, Codable {
    /// The rows.
    public var rows: [FeedbackRow]

    /// Creates a report.
    public init(rows: [FeedbackRow]) { self.rows = rows }

    /// The days of a span of time, counted from 1970 in UTC; `nil` for all.
    /// - Throws: ``FreshetError`` of kind `usage` where the last comes before the first.
    public static func days(from first: Timestamp?, to last: Timestamp?) throws -> ClosedRange<Int>? {
        guard first != nil || last != nil else { return nil }
        let (from, to) = (first.map(FeedbackPeriod.day) ?? .min, last.map(FeedbackPeriod.day) ?? .max)
        guard from <= to else {
            throw FreshetError(.usage, "The last day comes before the first.", remedy: "Give 'from' before 'to'.")
        }
        return from...to
    }
}
