import Foundation
import FreshetCore

extension DatasetStatistics: CustomStringConvertible {
    /// A table for people.
    public var description: String {
        var rows: [(String, String)] = [
            ("users", "\(users)"),
            ("items", items == catalogueItems ? "\(items)" : "\(items) of \(catalogueItems) in the catalogue"),
            ("events", "\(events)"),
            ("density", String(format: "%.5f", density)),
            ("events per user", Self.text(of: eventsPerUser)),
            ("events per item", Self.text(of: eventsPerItem)),
        ]
        rows.append(("event types", eventTypes.map { "\($0.type.rawValue) \($0.count)" }.joined(separator: ", ")))
        if let values { rows.append(("values", Self.text(of: values))) }
        if let timeRange {
            rows.append(("first event", timeRange.first.text))
            rows.append(("last event", timeRange.last.text))
            rows.append(("tied times", Self.percent(tiedTimeShare)))
        } else {
            rows.append(("times", "none; each user's events are in the order of the file"))
        }
        rows.append(("repeated items", Self.percent(repeatShare)))
        rows.append(("popularity Gini", String(format: "%.3f", popularityGini)))
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { $0.0.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.1 }
            .joined(separator: "\n")
    }

    private static func text(of distribution: Distribution) -> String {
        String(
            format: "min %g, median %g, mean %.1f, max %g",
            distribution.minimum,
            distribution.median,
            distribution.mean,
            distribution.maximum
        )
    }

    private static func percent(_ share: Double) -> String { String(format: "%.1f%%", share * 100) }
}
