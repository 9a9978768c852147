import Foundation
import FreshetCore

/// Numbers the categories of a collection and weighs them by how much they tell.
///
/// A category that `d` of `n` things have weighs `ln(n / d)`: nothing when all have it.
public struct CategoryEncoder: Sendable, Equatable, Codable {
    /// The categories by column, those of the most things first, ties in the order of their scalars.
    public let categories: [String]
    /// The weight of each category.
    public let weights: [Float]

    /// Learns the categories that at least `minimumCount` things have.
    public init(learning sets: [[String]], minimumCount: Int = 1) {
        var counts: [String: Int] = [:]
        for set in sets {
            for category in Set(set) { counts[category, default: 0] += 1 }
        }
        let kept = counts.filter { $0.value >= minimumCount }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        categories = kept.map(\.key)
        weights = kept.map { Float(log(Double(sets.count) / Double($0.value))) }
    }

    /// The weights of each set's categories, shape `[sets, categories]`; unknown categories do not count.
    public func rows(for sets: [[String]]) -> FeatureRows {
        let columns = Dictionary(zip(categories, 0...), uniquingKeysWith: { first, _ in first })
        var rows = FeatureRows(columnCount: categories.count)
        for set in sets { rows.append(Set(set).compactMap { columns[$0] }.map { ($0, weights[$0]) }) }
        return rows
    }
}
