/// How much exposure the items of a catalogue got from many lists.
public struct ItemExposure: Sendable, Equatable {
    /// The exposure of each item, by its position in the catalogue.
    public private(set) var values: [Double]

    /// Creates a catalogue of which nothing was shown.
    public init(itemCount: Int) { values = [Double](repeating: 0, count: itemCount) }

    /// Adds a list.
    /// - Parameter items: the positions of its items, the best first; one outside the catalogue keeps its rank from the
    ///   others and is not counted.
    public mutating func add(_ items: some Sequence<Int>) {
        for (rank, item) in zip(1..., items) where values.indices.contains(item) {
            values[item] += PositionExposure.at(rank: rank)
        }
    }

    /// The Gini index of the exposure over the whole catalogue: 0 when all items have the same, near 1 when one has all.
    public var gini: Double { GiniIndex.of(values) }

    /// The exposure of groups of items beside their share of the catalogue and their merit.
    ///
    /// - Parameters:
    ///   - groups: the groups of each item, such as its categories or its provider; what an item has is split evenly.
    ///     Items without a group are left out of all three shares.
    ///   - merit: what each item earned, such as its events before; at least 0.
    /// - Returns: a row a group, the largest share of the catalogue first.
    public func byGroup(_ groups: [[String]], merit: [Double]) -> [GroupExposure] {
        precondition(groups.count == values.count && merit.count == values.count, "columns of different lengths")
        var shown = CategoryMix<String>()
        var catalogue = CategoryMix<String>()
        var earned = CategoryMix<String>()
        for item in values.indices {
            shown.add(groups[item], weight: values[item])
            catalogue.add(groups[item])
            earned.add(groups[item], weight: merit[item])
        }
        return catalogue.weights.keys.map { group in
            GroupExposure(
                group: group,
                exposure: shown.share(of: group),
                catalogue: catalogue.share(of: group),
                merit: earned.share(of: group)
            )
        }
        .sorted { ($1.catalogue, $0.group) < ($0.catalogue, $1.group) }
    }
}
