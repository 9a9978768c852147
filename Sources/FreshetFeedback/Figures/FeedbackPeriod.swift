import FreshetCore

/// Days in UTC that figures are of.
public struct FeedbackPeriod: Sendable, Equatable {
    /// The days, counted from 1970.
    public let days: ClosedRange<Int>

    /// Creates a period of some days.
    public init(days: ClosedRange<Int>) { self.days = days }

    /// The first day, such as `2026-11-24`.
    public var from: String { Self.text(ofDay: days.lowerBound) }
    /// The last day.
    public var to: String { Self.text(ofDay: days.upperBound) }

    /// The two periods of a comparison; what is not said is the seven days up to today, and as many days right before.
    ///
    /// - Parameters:
    ///   - first: the first day of the newer period.
    ///   - last: its last day.
    ///   - firstBefore: the first day of the other.
    ///   - lastBefore: its last day.
    ///   - today: the day that it is, counted from 1970.
    /// - Returns: the periods.
    /// - Throws: ``FreshetError`` of kind `usage` where a last day comes before a first, or the periods share a day.
    public static func compared(
        from first: Timestamp?,
        to last: Timestamp?,
        beforeFrom firstBefore: Timestamp?,
        beforeTo lastBefore: Timestamp?,
        today: Int
    ) throws -> (now: FeedbackPeriod, before: FeedbackPeriod) {
        let to = last.map(day) ?? today
        let now = try period(first.map(day) ?? to - 6, to, "from", "to")
        let toBefore = lastBefore.map(day) ?? now.days.lowerBound - 1
        let fromBefore = firstBefore.map(day) ?? toBefore - (now.days.count - 1)
        let before = try period(fromBefore, toBefore, "before_from", "before_to")
        guard !now.days.overlaps(before.days) else {
            throw FreshetError(
                .usage,
                "Both periods have the day \(text(ofDay: max(now.days.lowerBound, before.days.lowerBound))).",
                remedy: "Compare periods that share no day: the same answers would count on both sides."
            )
        }
        return (now, before)
    }

    private static func period(_ from: Int, _ to: Int, _ first: String, _ last: String) throws -> FeedbackPeriod {
        guard from <= to else {
            throw FreshetError(
                .usage,
                "The last day, \(text(ofDay: to)), comes before the first, \(text(ofDay: from)).",
                remedy: "Give '\(first)' before '\(last)'."
            )
        }
        return FeedbackPeriod(days: from...to)
    }

    /// The day of a time, counted from 1970.
    public static func day(of time: Timestamp) -> Int {
        Int(GregorianCalendar.floorDivide(time.seconds, GregorianCalendar.daySeconds))
    }

    /// A day, such as `2026-11-30`.
    static func text(ofDay day: Int) -> String {
        String(Timestamp(seconds: Int64(day) * GregorianCalendar.daySeconds).text.prefix { $0 != "T" })
    }
}

extension FeedbackPeriod: Encodable {
    enum CodingKeys: String, CodingKey {
        case from, to
    }

    /// Writes the first and the last day.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(from, forKey: .from)
        try container.encode(to, forKey: .to)
    }
}
