/// A rule as it was from one moment on.
public struct RuleVersion: Sendable, Equatable, Codable {
    /// Its number, from 1.
    public var version: Int
    /// Since when.
    public var changed: Timestamp
    /// The rule; `nil` where it was removed.
    public var rule: Rule?

    enum CodingKeys: String, CodingKey {
        case version, rule
        case changed = "changed_at"
    }

    /// Creates a version.
    public init(version: Int, changed: Timestamp, rule: Rule?) {
        self.version = version
        self.changed = changed
        self.rule = rule
    }
}

/// What a rule would do to one answer.
public struct RuleTrial: Sendable, Equatable {
    /// The answer without the rule.
    public var before: [RecommendedItem]
    /// The answer with the rule.
    public var after: [RecommendedItem]
    /// Whether the question is one that the rule is for.
    public var isInForce: Bool
    /// What about the rule may not be meant.
    public var warnings: [String]

    /// Creates a trial.
    public init(before: [RecommendedItem], after: [RecommendedItem], isInForce: Bool, warnings: [String]) {
        self.before = before
        self.after = after
        self.isInForce = isInForce
        self.warnings = warnings
    }
}
