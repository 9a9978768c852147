/// What happened to the answers of a group and day.
public struct AnswerCounts: Sendable, Equatable, Codable {
    /// How many there were.
    public var answers = 0
    /// How many were empty.
    public var empty = 0
    /// How many had a click.
    public var accepted = 0
    /// How many have a conversion.
    public var converted = 0
    /// How many users said how content they are.
    public var satisfactions = 0
    /// The sum of what they said.
    public var satisfaction = 0.0

    /// Creates counts of nothing.
    public init() {}

    /// Adds others.
    static func += (left: inout AnswerCounts, right: AnswerCounts) {
        left.answers += right.answers
        left.empty += right.empty
        left.accepted += right.accepted
        left.converted += right.converted
        left.satisfactions += right.satisfactions
        left.satisfaction += right.satisfaction
    }
}
