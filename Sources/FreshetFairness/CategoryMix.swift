/// What share each category has of some items: of a user's history, or of a list.
///
/// An item's weight is split evenly over its categories. Items without categories say nothing and count for nothing.
public struct CategoryMix<Category: Hashable & Comparable & Sendable>: Sendable, Equatable {
    /// The sum of the weights of each category.
    public private(set) var weights: [Category: Double] = [:]
    /// The sum of the weights of all items with a category.
    public private(set) var total = 0.0

    /// Creates a mix of nothing.
    public init() {}

    /// Creates the mix of some items that weigh the same.
    public init(of items: some Sequence<[Category]>) {
        for categories in items { add(categories) }
    }

    /// Whether nothing with a category was added.
    public var isEmpty: Bool { total == 0 }

    /// Adds an item.
    /// - Parameters:
    ///   - categories: its categories, each once.
    ///   - weight: what it counts, above 0: 1, or less the longer ago it was.
    public mutating func add(_ categories: some Collection<Category>, weight: Double = 1) {
        guard !categories.isEmpty, weight > 0 else { return }
        total += weight
        let part = weight / Double(categories.count)
        for category in categories { weights[category, default: 0] += part }
    }

    /// A category's share, from 0 to 1; 0 of a mix of nothing.
    public func share(of category: Category) -> Double { isEmpty ? 0 : weights[category, default: 0] / total }
}
