/// The counts of one group on one day.
public struct FeedbackCell: Sendable, Equatable, Codable {
    /// Those of whole answers.
    public var answers = AnswerCounts()
    /// Those of each position, from the top.
    public var places: [PlaceCounts] = []

    /// Creates counts of nothing.
    public init() {}

    /// Changes the counts of a position.
    mutating func change(_ position: Int, _ change: (inout PlaceCounts) -> Void) {
        while places.count <= position { places.append(PlaceCounts()) }
        change(&places[position])
    }

    /// The counts of all positions together.
    public var total: PlaceCounts { places.reduce(into: PlaceCounts()) { $0 += $1 } }

    /// Adds others.
    static func += (left: inout FeedbackCell, right: FeedbackCell) {
        left.answers += right.answers
        for (position, counts) in right.places.enumerated() { left.change(position) { $0 += counts } }
    }
}
