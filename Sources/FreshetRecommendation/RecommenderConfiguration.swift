import FreshetCore

/// The settings of the request pipeline.
public struct RecommenderConfiguration: Sendable, Equatable, Codable {
    /// The policies of every scenario that has none of its own.
    public var policies: PolicyConfiguration
    /// The policies by scenario.
    public var scenarios: [String: PolicyConfiguration]

    /// Creates the defaults.
    public init(
        policies: PolicyConfiguration = PolicyConfiguration(),
        scenarios: [String: PolicyConfiguration] = [:]
    ) {
        self.policies = policies
        self.scenarios = scenarios
    }

    /// Reads settings; what is missing has its default.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        policies = try container.decodeIfPresent(PolicyConfiguration.self, forKey: .policies) ?? PolicyConfiguration()
        scenarios = try container.decodeIfPresent([String: PolicyConfiguration].self, forKey: .scenarios) ?? [:]
    }

    /// The policies of a scenario.
    public func policies(for scenario: String?) -> PolicyConfiguration {
        scenario.flatMap { scenarios[$0] } ?? policies
    }

    /// Checks ranges.
    /// - Throws: ``FreshetCore/FreshetError`` of kind `usage`.
    public func validate() throws {
        try SettingRange.check(part: "policies", policies.validate)
        for (name, policies) in scenarios { try SettingRange.check(part: "scenarios.\(name)", policies.validate) }
    }
}
