import FreshetCore

extension EngineConfiguration {
    /// How much an engine may be given, and how fast: what keeps one shop of several from taking the machine; 0 is no limit.
    ///
    /// Users and items bound what grows with the log: numbers and names, histories, counts and embedding tables. Caches and
    /// queues have settings of their own, such as `sessions.maximum_events` and `serving.cached_results`.
    public struct Quota: Sendable, Equatable, Codable {
        /// The most users that events may name; those who were erased or joined to others count, too.
        public var users = 0
        /// The most items that events and the catalogue may name.
        public var items = 0
        /// Events a second in the long run.
        public var eventsPerSecond = 0.0
        /// Creates the defaults.
        public init() {}
    }
}

extension EngineConfiguration.Quota: Configurable {
    package static var settings: [Setting<Self>] {
        [
            .whole("users", \.users, 0...Int(Int32.max), "The most users that events may name; 0 for no limit."),
            .whole(
                "items",
                \.items,
                0...Int(Int32.max),
                "The most items that events and catalogue may name; 0 for no limit."
            ),
            .number(
                "events_per_second",
                \.eventsPerSecond,
                0...1e9,
                "Events a second in the long run, more are answered with 429; 0 for no limit."
            ),
        ]
    }
}
