import FreshetCore

/// Rows of features, each with what came of it: a click or none.
///
/// Every feature is a column of a sparse matrix, and belongs to a field: the user's features are one, the hours another.
public struct LabelledRows: Sendable, Equatable {
    /// How files of such rows are written.
    public enum Format: String, Sendable, Codable, CaseIterable {
        /// Numbers of features with their values (``readLibFM(_:featureCount:)``).
        case libfm
        /// A table with columns (``FeatureColumns``).
        case csv
    }

    /// The features of each row, in the order of the file.
    public private(set) var features: FeatureRows
    /// The field of each entry of the features.
    public private(set) var fields: [Int32] = []
    /// One more than the highest field.
    public private(set) var fieldCount = 0
    /// What came of each row: 1 or 0.
    public private(set) var labels: [Float] = []

    /// Creates a table without rows.
    /// - Parameter featureCount: how many features are known already; more come with the rows.
    public init(featureCount: Int = 0) { features = FeatureRows(columnCount: featureCount) }

    /// How many rows there are.
    public var count: Int { labels.count }
    /// One more than the highest feature, or what was known before.
    public var featureCount: Int { features.columnCount }

    /// Adds a row.
    ///
    /// - Parameters:
    ///   - label: what came of it.
    ///   - entries: its features with their fields and values; a feature that has no entry has the value 0.
    public mutating func append(_ label: Bool, _ entries: some Sequence<(field: Int32, feature: Int32, value: Float)>) {
        for entry in entries {
            precondition(entry.feature >= 0 && entry.field >= 0, "feature \(entry.feature), field \(entry.field)")
            fields.append(entry.field)
            features.columns.append(entry.feature)
            features.values.append(entry.value)
            features.columnCount = max(features.columnCount, Int(entry.feature) + 1)
            fieldCount = max(fieldCount, Int(entry.field) + 1)
        }
        features.offsets.append(features.columns.count)
        labels.append(label ? 1 : 0)
    }

    /// Some of the rows, in a given order.
    public func selecting(_ rows: some Sequence<Int>) -> LabelledRows {
        var selected = LabelledRows(featureCount: featureCount)
        for row in rows {
            let entries = features.offsets[row]..<features.offsets[row + 1]
            selected.append(
                labels[row] == 1,
                entries.lazy.map { (fields[$0], features.columns[$0], features.values[$0]) }
            )
        }
        return selected
    }
}
