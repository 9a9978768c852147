/// What came of an answer: from these the figures of experiments are added up.
public struct FeedbackOutcome: Sendable, Equatable {
    /// What it changes.
    public enum Change: Sendable, Equatable {
        /// The answer was given; all its items count as seen until it is known better.
        case answered(items: Int, latency: Float?, teams: [UInt8]?)
        /// The number of its items that count as seen.
        case seen(Int, before: Int)
        /// An item was clicked for the first time in it.
        case clicked(position: Int, isFirst: Bool)
        /// A conversion is credited to it.
        case converted(value: Double, profit: Double?)
        /// A conversion that was credited to it is taken back.
        case takenBack(value: Double, profit: Double?)
        /// The user says how content they are.
        case satisfied(Double)
    }

    /// The answer, by a number; 0 where it may be forgotten already.
    public let answer: UInt64
    /// Its user, by a number.
    public let user: UInt64
    /// The experiments and variants that it is of; empty for none.
    public let variant: String
    /// The segments of its user, between commas; empty for none.
    public let segments: String
    /// When the answer was given, in milliseconds since 1970.
    public let time: Int64
    /// What it changes.
    public let change: Change

    /// Creates what came of an answer.
    package init(
        answer: UInt64,
        user: UInt64,
        variant: String,
        segments: String = "",
        time: Int64,
        change: Change
    ) {
        self.answer = answer
        self.user = user
        self.variant = variant
        self.segments = segments
        self.time = time
        self.change = change
    }
}
