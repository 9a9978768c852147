import Foundation
import FreshetCore
import FreshetStorage

/// Measures how long an acknowledgement takes under a steady load: 500 events and 500 impressions a second, each by
/// itself, started on time whether or not those before are done.
struct Latency {
    let folder: String
    let seconds: Int

    func measure(_ words: String, _ synchronous: SQLiteStore.Synchronous) async throws {
        let path = folder + "/" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        let store = try SQLiteStore.open(folder: path, configuration: .init(synchronous: synchronous))
        _ = try await store.append((0..<1000).map { Event(user: "customer-\($0)", item: "product-\($0)") })
        let clock = ContinuousClock()
        let start = clock.now
        let times = try await withThrowingTaskGroup(of: Double.self) { group in
            for tick in 0..<seconds * 500 {
                let due = start + .milliseconds(2) * tick
                try await clock.sleep(until: due)
                group.addTask {
                    _ = try await store.append([Event(user: "customer-\(tick % 1000)", item: "product-\(tick % 991)")])
                    return (clock.now - due) / .milliseconds(1)
                }
                group.addTask {
                    let items = (0..<10).map { Impression.ShownItem(item: "product-\((tick + $0) % 991)", score: 1) }
                    try await store.record([
                        Impression(
                            id: UUID().uuidString,
                            user: "customer-\(tick % 1000)",
                            time: Int64(tick) * 1000,
                            model: ModelVersion(1),
                            items: items
                        )
                    ])
                    return (clock.now - due) / .milliseconds(1)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let sorted = times.sorted()
        let quantiles = [0.5, 0.95, 0.99, 0.999, 1].map { quantile in
            String(format: "%.1f", sorted[min(sorted.count - 1, Int(Double(sorted.count) * quantile))])
        }
        print("\(words), 500 events and 500 impressions/s: p50, 95, 99, 99.9, 100 = \(quantiles) ms")
    }
}
