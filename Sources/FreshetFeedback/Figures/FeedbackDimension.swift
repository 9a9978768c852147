import FreshetCore

/// What figures can be told apart by.
public enum FeedbackDimension: String, Sendable, Codable, CaseIterable {
    /// The place in the product that asked.
    case scenario
    /// The version that answered.
    case version
    /// The variant of an experiment.
    case variant
    /// The segments of the user when the answer was given: one in two counts in the rows of both, one in none where the name is empty.
    case segment
    /// The rules that were in force, between commas; `!` stands before those that the user was left out of.
    case rule
    /// The position in the answer, from 1.
    case position
    /// The day in UTC.
    case day

    /// The dimensions of a text such as `scenario,version`.
    /// - Throws: ``FreshetError`` of kind `usage` for a name that is none, or that comes twice.
    public static func list(_ text: String) throws -> [FeedbackDimension] {
        var dimensions: [FeedbackDimension] = []
        for part in text.split(separator: ",") {
            let name = String(part)
            guard let dimension = FeedbackDimension(rawValue: name) else {
                throw FreshetError.unknown("dimension of feedback", name, known: allCases.map(\.rawValue))
            }
            guard !dimensions.contains(dimension) else {
                throw FreshetError(.usage, "'\(name)' is named twice.", remedy: "Name each dimension once.")
            }
            dimensions.append(dimension)
        }
        return dimensions
    }

    /// What a group has in this dimension; `nil` for the dimensions that groups do not have.
    func value(of group: FeedbackGroup) -> String? {
        switch self {
        case .scenario: group.scenario
        case .version: group.version
        case .variant: group.variant
        case .segment: group.segments
        case .rule: group.rules
        case .position, .day: nil
        }
    }
}
