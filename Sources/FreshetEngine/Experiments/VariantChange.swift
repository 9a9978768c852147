import FreshetCore
import FreshetRecommendation

/// What a variant changes of how its users are answered; a further kind is one more case here.
public enum VariantChange: Sendable, Equatable {
    /// Nothing: its users are answered as everybody else.
    case nothing
    /// Some settings of the scenario.
    case settings(PolicyChange)
    /// The settings of another scenario.
    case policy(String)
    /// A rule that is switched off for everybody else.
    case rule(String)
    /// A version that is kept; without its micro-update the newest state of it, until the experiment begins.
    case version(ModelVersion)
    /// The version that serves when the experiment begins, by its name from then on.
    case frozen(ModelVersion?)

    /// What of an answer can be changed: two experiments that change the same must have users of their own.
    enum Part: Sendable {
        case model
        case settings
        case rules
    }

    /// What it changes.
    var part: Part? {
        switch self {
        case .nothing: nil
        case .settings, .policy: .settings
        case .rule: .rules
        case .version, .frozen: .model
        }
    }

    /// The version that has to be kept for it.
    var pinned: ModelVersion? {
        switch self {
        case .version(let version), .frozen(.some(let version)): version
        case .nothing, .settings, .policy, .rule, .frozen: nil
        }
    }

    /// The rule that is in force for its users.
    var rule: String? { if case .rule(let id) = self { id } else { nil } }

    /// The settings of a scenario as its users have them.
    ///
    /// - Parameters:
    ///   - settings: the scenario's.
    ///   - standing: those of all scenarios.
    /// - Returns: the settings.
    func applied(to settings: PolicyConfiguration, _ standing: (String?) -> PolicyConfiguration) -> PolicyConfiguration
    {
        switch self {
        case .settings(let change): change.applied(to: settings)
        case .policy(let name): standing(name)
        case .nothing, .rule, .version, .frozen: settings
        }
    }
}

extension VariantChange: Codable {
    enum CodingKeys: String, CodingKey {
        case scenario, policy, rule, version, frozen
    }

    /// Reads what ``encode(to:)`` wrote.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let change = try container.decodeIfPresent(PolicyChange.self, forKey: .scenario) {
            self = .settings(change)
        } else if let name = try container.decodeIfPresent(String.self, forKey: .policy) {
            self = .policy(name)
        } else if let id = try container.decodeIfPresent(String.self, forKey: .rule) {
            self = .rule(id)
        } else if let version = try container.decodeIfPresent(ModelVersion.self, forKey: .version) {
            self = .version(version)
        } else if let version = try container.decodeIfPresent(ModelVersion.self, forKey: .frozen) {
            self = .frozen(version)
        } else {
            self = .nothing
        }
    }

    /// Writes one member under the name of its kind; none for a variant that changes nothing.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .nothing, .frozen(nil): break
        case .settings(let change): try container.encode(change, forKey: .scenario)
        case .policy(let name): try container.encode(name, forKey: .policy)
        case .rule(let id): try container.encode(id, forKey: .rule)
        case .version(let version): try container.encode(version, forKey: .version)
        case .frozen(.some(let version)): try container.encode(version, forKey: .frozen)
        }
    }
}
