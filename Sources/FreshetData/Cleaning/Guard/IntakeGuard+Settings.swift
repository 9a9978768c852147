import FreshetCore

extension IntakeGuard {
    /// The bounds of an ``IntakeGuard``.
    public struct Settings: Sendable, Equatable, Codable {
        /// What becomes of events that are spoken against.
        public var policy = GuardPolicy.off
        /// The most events of one account within an hour that count.
        public var eventsPerHour = 1000
        /// The most events of one account on one item within a day that count.
        public var repeatsPerDay = 10
        /// The days from its first event on for which an account is young.
        public var youngDays = 14.0
        /// The days after which what young accounts did counts half.
        public var windowDays = 14.0
        /// The events of young accounts that an item may have whatever is known of it.
        public var floor = 3.0
        /// How many deviations more than expected are a burst.
        public var deviations = 3.0

        /// Creates the defaults, which look at nothing.
        public init() {}

        /// Creates the defaults with a policy.
        public init(_ policy: GuardPolicy) { self.policy = policy }
    }
}

extension IntakeGuard.Settings: Configurable {
    package static var settings: [Setting<Self>] {
        [
            .choice(
                "policy",
                \.policy,
                "Events beyond the caps, and bursts on one item by new accounts: off, report (they count, status and metrics tell "
                    + "how many) or leave_out (kept, not counted, not learned)."
            ),
            .whole(
                "events_per_hour",
                \.eventsPerHour,
                1...1_000_000,
                "Events of one account within an hour that count."
            ),
            .whole(
                "repeats_per_day",
                \.repeatsPerDay,
                1...1_000_000,
                "Events of one account on one item within a day that count."
            ),
            .number("young_days", \.youngDays, 0.01...3650, "Days for which an account is new."),
            .number("window_days", \.windowDays, 0.01...3650, "Days in which what new accounts did counts half."),
            .number("floor", \.floor, 0...1e6, "Events of new accounts that any item may have."),
            .number(
                "deviations",
                \.deviations,
                0...1000,
                "How many standard deviations beyond an item's share of all events are a burst."
            ),
        ]
    }
}
