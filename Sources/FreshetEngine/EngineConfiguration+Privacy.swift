import FreshetCore

extension EngineConfiguration {
    /// What may be stored of people.
    public struct Privacy: Sendable, Equatable, Codable {
        /// What must not be stored, such as `event.text`, `user.birthday` or `context.device`: whoever sends it is refused.
        public var forbiddenFields: [String] = []
        /// Creates the defaults.
        public init() {}
    }
}

extension EngineConfiguration.Privacy: Configurable {
    package static var settings: [Setting<Self>] {
        [
            .texts(
                "forbidden_fields",
                \.forbiddenFields,
                "What must not be stored: event.value, event.profit, event.session, event.text, user.NAME, context.NAME; what has it is refused."
            )
        ]
    }
}
