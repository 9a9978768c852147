import FreshetCore

/// Whether an item that the user has dealt with may be recommended again, by what they did with it.
///
/// A shop sells again, a news page does not. The strictest rule of an item's events decides.
public struct RepeatPolicy: Sendable, Equatable, Codable {
    /// When an item may come back.
    public enum Rule: Sendable, Equatable {
        /// At once.
        case always
        /// This many days after the event.
        case afterDays(Double)
        /// Never, as far back as the user's history is kept.
        case never
    }

    /// The rule of each event type that has one of its own.
    public var rules: [EventType: Rule]
    /// The rule of every other type.
    public var otherwise: Rule

    /// Creates a policy; by default opinions (ratings, likes) are given once, everything else may repeat.
    public init(rules: [EventType: Rule] = [.rating: .never, .like: .never], otherwise: Rule = .always) {
        self.rules = rules
        self.otherwise = otherwise
    }

    /// What a shop of consumables wants: everything may repeat at once.
    public static let always = RepeatPolicy(rules: [:], otherwise: .always)
    /// What a news page wants: nothing repeats.
    public static let never = RepeatPolicy(rules: [:], otherwise: .never)

    /// The rule of an event type.
    public func rule(for type: EventType) -> Rule { rules[type] ?? otherwise }

    /// Whether two policies say the same of every event type.
    public static func == (left: RepeatPolicy, right: RepeatPolicy) -> Bool {
        left.otherwise == right.otherwise
            && Set(left.rules.keys).union(right.rules.keys).allSatisfy { left.rule(for: $0) == right.rule(for: $0) }
    }

    private enum CodingKeys: String, CodingKey {
        case rules, otherwise
    }

    /// Reads `{"rules": {"purchase": 30, "rating": "never"}, "otherwise": "always"}`; all of it may be missing.
    ///
    /// A type that `rules` does not name keeps the rule that it has by default.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        if let named = try container.decodeIfPresent([String: Rule].self, forKey: .rules) {
            rules.merge(named.map { (EventType(rawValue: $0), $1) }) { $1 }
        }
        otherwise = try container.decodeIfPresent(Rule.self, forKey: .otherwise) ?? otherwise
    }

    /// Writes the same form, in which types that have a rule by default are always named.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        let types = Set(rules.keys).union(RepeatPolicy().rules.keys)
        let named = Dictionary(uniqueKeysWithValues: types.map { ($0.rawValue, rule(for: $0)) })
        try container.encode(named, forKey: .rules)
        try container.encode(otherwise, forKey: .otherwise)
    }
}

extension RepeatPolicy.Rule: Codable {
    /// Reads `"always"`, `"never"` or a number of days.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let days = try? container.decode(Double.self) {
            self = .afterDays(days)
            return
        }
        switch try container.decode(String.self) {
        case "always": self = .always
        case "never": self = .never
        case let other:
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "'\(other)' is not a rule: \"always\", \"never\" or a number of days"
            )
        }
    }

    /// Writes the same form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .always: try container.encode("always")
        case .never: try container.encode("never")
        case .afterDays(let days): try container.encode(days)
        }
    }
}
