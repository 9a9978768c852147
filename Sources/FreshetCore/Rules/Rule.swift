/// What an operator wants of answers: when it is in force, and what it does then.
public struct Rule: Sendable, Equatable, Codable, Identifiable {
    /// What it is known by: letters, digits, `.`, `-` and `_`, at most 64.
    public var id: String
    /// Whether it is in force for questions that do not name it.
    public var enabled: Bool
    /// From when on it is in force; always when `nil`.
    public var from: Timestamp?
    /// Until when it is in force, that moment excluded; for ever when `nil`.
    public var until: Timestamp?
    /// For which questions it is in force.
    public var when: Condition
    /// What it does.
    public var then: Actions
    /// The share of users for whom it does nothing, so that what it costs or brings can be told; nobody when `nil`.
    public var holdout: Double?

    /// For which questions a rule is in force: all that is set must hold.
    public struct Condition: Sendable, Equatable, Codable {
        /// The place in the product that asks.
        public var scenario: String?
        /// The id of the segment that the user is in.
        public var segment: String?
        /// The external id of the item that the question is about: the one whose like is asked for, or the user's newest
        /// event's.
        public var item: String?

        /// Creates a condition; without arguments one that always holds.
        public init(scenario: String? = nil, segment: String? = nil, item: String? = nil) {
            self.scenario = scenario
            self.segment = segment
            self.item = item
        }
    }

    /// Creates a rule that is in force for every question.
    public init(id: String, when: Condition = Condition(), then: Actions = Actions()) {
        self.id = id
        self.when = when
        self.then = then
        enabled = true
    }

    /// Reads a rule; what is missing has its default.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try container.decode(String.self, forKey: .id),
            when: try container.decodeIfPresent(Condition.self, forKey: .when) ?? Condition(),
            then: try container.decodeIfPresent(Actions.self, forKey: .then) ?? Actions()
        )
        enabled = try container.decodeIfPresent(Bool.self, forKey: .enabled) ?? true
        from = try container.decodeIfPresent(Timestamp.self, forKey: .from)
        until = try container.decodeIfPresent(Timestamp.self, forKey: .until)
        holdout = try container.decodeIfPresent(Double.self, forKey: .holdout)
    }

    /// Checks the id and ranges.
    /// - Throws: ``FreshetError`` of kind `usage` that says what to change.
    public func validate() throws {
        if let problem = Self.problem(withID: id) { throw FreshetError(.usage, "The id of this rule \(problem).") }
        if let from, let until, until <= from {
            throw FreshetError(.usage, "Rule '\(id)' ends before it begins.", remedy: "Give an 'until' after 'from'.")
        }
        if let holdout { try SettingRange.check("holdout", holdout, in: 0...0.9) }
        guard !then.isEmpty else {
            throw FreshetError(.usage, "Rule '\(id)' does nothing.", remedy: "Give at least one action in 'then'.")
        }
        try then.validate()
    }

    /// What is wrong with the id of a rule, a segment or a scenario, as the end of a sentence about it; `nil` for a sound one.
    public static func problem(withID id: String) -> String? {
        let isSound = id.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return isSound && (1...64).contains(id.utf8.count)
            ? nil : "must be 1 to 64 letters, digits, dots, hyphens or underscores"
    }
}

/// Users that a condition describes.
public struct UserSegment: Sendable, Equatable, Codable, Identifiable {
    /// What it is known by.
    public var id: String
    /// What must hold of the attributes of a user, among which `user.events` is the number of events that are remembered.
    public var filter: FilterExpression

    /// Creates a segment.
    public init(id: String, filter: FilterExpression) {
        self.id = id
        self.filter = filter
    }

    /// Checks the id, and that nothing but the user is asked about.
    /// - Throws: ``FreshetError`` of kind `usage`.
    public func validate() throws {
        if let problem = Rule.problem(withID: id) { throw FreshetError(.usage, "The id of this segment \(problem).") }
        guard filter.root.isAboutUserAlone else {
            throw FreshetError(
                .usage,
                "The segment '\(id)' asks about items: '\(filter.text)'.",
                remedy:
                    "A segment's condition is about the user alone, such as user.country = \"ch\" or user.events < 5."
            )
        }
    }
}
