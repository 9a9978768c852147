import FreshetCore
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

    /// The figures of two periods beside each other; what is not said is the last seven days, and as many right before.
    ///
    /// - Parameters:
    ///   - dimensions: what to tell apart; not days.
    ///   - first: the first day of the newer period.
    ///   - last: its last day.
    ///   - firstBefore: the first day of the other.
    ///   - lastBefore: its last day.
    /// - Returns: the figures, and how far they went.
    /// - Throws: ``FreshetError`` of kind `usage` for periods that cannot be compared.
    public func compareFeedback(
        by dimensions: [FeedbackDimension],
        from first: Timestamp? = nil,
        to last: Timestamp? = nil,
        beforeFrom firstBefore: Timestamp? = nil,
        beforeTo lastBefore: Timestamp? = nil
    ) throws -> FeedbackComparison {
        let (now, before) = try FeedbackPeriod.compared(
            from: first,
            to: last,
            beforeFrom: firstBefore,
            beforeTo: lastBefore,
            today: FeedbackPeriod.day(of: Timestamp(milliseconds: clock.milliseconds))
        )
        return try FeedbackComparison(now, with: before, by: dimensions) { feedback.rows(by: dimensions, days: $0) }
    }
}
