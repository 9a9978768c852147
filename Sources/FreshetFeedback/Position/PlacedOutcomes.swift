/// How often each item was seen and clicked at each position: what position bias is estimated from.
///
/// Flat arrays, a row an item: an estimator goes over them many times.
public struct PlacedOutcomes: Sendable, Equatable {
    /// How many positions there are.
    public let positions: Int
    /// How many items there are.
    public let items: Int
    /// How often each was seen, `items × positions`.
    public private(set) var seen: [Double]
    /// How often it was clicked.
    public private(set) var clicked: [Double]

    /// Creates counts of nothing.
    public init(items: Int, positions: Int) {
        self.items = items
        self.positions = positions
        seen = [Double](repeating: 0, count: items * positions)
        clicked = seen
    }

    /// Adds what happened to an item at a position, from 0.
    public mutating func add(item: Int, position: Int, seen: Double = 1, clicked: Double) {
        precondition(item < items && position < positions, "item \(item) at \(position) of \(items) × \(positions)")
        self.seen[item * positions + position] += seen
        self.clicked[item * positions + position] += clicked
    }
}
