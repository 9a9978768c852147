import FreshetCore

/// What an operator forbids to store: fields of events, attributes of users, and what requests say of the moment.
///
/// Each is named as the setting `privacy.forbidden_fields` has it, such as `event.text`, `user.birthday` or `context.device`.
struct ForbiddenFields: Sendable, Equatable {
    /// The fields of events that may be left out, and so be forbidden.
    enum EventField: String, CaseIterable {
        case value, profit, session, text
    }

    private var events: Set<EventField> = []
    private var attributes: Set<String> = []
    private var contexts: Set<String> = []

    /// Reads names.
    /// - Throws: ``FreshetError`` of kind `usage` for one that names nothing.
    init(_ names: [String]) throws {
        for name in names {
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            switch (parts.first, parts.count == 2 ? parts[1] : nil) {
            case ("event", let field?):
                guard let field = EventField(rawValue: field) else { throw Self.unknown(name) }
                events.insert(field)
            case ("user", let attribute?): attributes.insert(attribute)
            case ("context", let value?): contexts.insert(value)
            default: throw Self.unknown(name)
            }
        }
    }

    private static func unknown(_ name: String) -> FreshetError {
        let fields = EventField.allCases.map { "event.\($0.rawValue)" }.joined(separator: ", ")
        return FreshetError(
            .usage,
            "privacy.forbidden_fields has '\(name)', which names nothing that is stored.",
            remedy: "Give \(fields), user.NAME of an attribute or context.NAME of what requests say of the moment."
        )
    }

    /// What is wrong with an event, or `nil`.
    func problem(with event: Event) -> String? {
        guard !events.isEmpty else { return nil }
        let given: [(EventField, Bool)] = [
            (.value, event.value != nil), (.profit, event.profit != nil), (.session, event.session != nil),
            (.text, event.text != nil),
        ]
        return given.first { $0.1 && events.contains($0.0) }.map { "'\($0.0.rawValue)' must not be stored here" }
    }

    /// What is wrong with what is said of a user, or `nil`.
    func problem(with user: User) -> String? {
        guard !attributes.isEmpty else { return nil }
        return user.attributes.keys.filter(attributes.contains).min()
            .map { "'attributes.\($0)' must not be stored here" }
    }

    /// What is wrong with what a request says of the moment, or `nil`.
    func problem(with context: [String: AttributeValue]?) -> String? {
        guard !contexts.isEmpty, let context else { return nil }
        return context.keys.filter(contexts.contains).min().map { "'context.\($0)' must not be stored here" }
    }
}
