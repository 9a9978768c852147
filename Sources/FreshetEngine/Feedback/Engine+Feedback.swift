import FreshetFeedback

extension Engine {
    /// How well the answers do: figures of what was shown and of what came of it.
    ///
    /// - Parameters:
    ///   - dimensions: what to tell apart; none for one row of everything.
    ///   - days: the days in UTC, counted from 1970; `nil` for all.
    /// - Returns: the figures of all that is older than half a second; after a start, of what was read so far.
    public func feedback(by dimensions: [FeedbackDimension], days: ClosedRange<Int>? = nil) -> FeedbackReport {
        FeedbackReport(rows: feedback.rows(by: dimensions, days: days))
    }
}
