/// What happened at one position of the answers of a group and day.
public struct PlaceCounts: Sendable, Equatable, Codable {
    /// How often an item was served there.
    public var served = 0
    /// How often it was on the screen, or served in an answer of which nothing is said.
    public var seen = 0
    /// How often it was clicked, once an answer.
    public var clicks = 0
    /// How many conversions are credited to it.
    public var conversions = 0
    /// Their value.
    public var value = 0.0
    /// Their profit, as far as it is known.
    public var profit = 0.0
    /// How many conversions are credited to it that do not name the answer.
    public var assisted = 0

    /// Creates counts of nothing.
    public init() {}

    /// Adds others.
    static func += (left: inout PlaceCounts, right: PlaceCounts) {
        left.served += right.served
        left.seen += right.seen
        left.clicks += right.clicks
        left.conversions += right.conversions
        left.value += right.value
        left.profit += right.profit
        left.assisted += right.assisted
    }
}
