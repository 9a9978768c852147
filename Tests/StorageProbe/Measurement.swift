import Foundation
import FreshetCore
import FreshetData
import FreshetStorage

/// Measures appending in several ways, reading the log and opening it.
///
/// The ways: requests of 500 from one caller and from eight, requests of one from 32, with ids and without, durable to
/// the operating system and to the disk.
struct Measurement {
    let folder: String
    let events: Int

    func run() async throws {
        try await catalogue()
        for synchronous in SQLiteStore.Synchronous.allCases {
            let words = "synchronous = \(synchronous.rawValue)"
            try await append("\(words), 500 a request, 1 caller", synchronous, size: 500, callers: 1)
            try await append("\(words), 500 a request, 8 callers", synchronous, size: 500, callers: 8)
            try await append("\(words), 500 a request, 8 callers, ids in order", synchronous, size: 500, callers: 8) {
                "event-\($0)"
            }
            try await append("\(words), 500 a request, 8 callers, random ids", synchronous, size: 500, callers: 8) {
                _ in
                UUID().uuidString
            }
            try await append("\(words), 1 a request, 32 callers", synchronous, size: 1, callers: 32)
            try await Latency(folder: folder, seconds: 15).measure(words, synchronous)
        }
    }

    /// Items with what a shop knows of them, and as many users who did one thing.
    private func catalogue() async throws {
        let path = folder + "/" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        let count = events / 5
        let items = (0..<count).map { number in
            var item = Item(
                id: "product-\(number)",
                title: "Hanging heart of white metal, number \(number)",
                categories: ["home", "decoration \(number % 100)"],
                tags: ["new"],
                attributes: ["price": .number(Double(number % 1000) / 100), "colour": .text("white")]
            )
            item.createdAt = 1_700_000_000
            return item
        }
        let users = (0..<count).map { Event(user: "customer-\($0)", item: "product-\($0)", time: 1) }
        do {
            let store = try SQLiteStore.open(folder: path)
            let put = try await Self.time {
                for start in stride(from: 0, to: count, by: 1000) {
                    try await store.put(Array(items[start..<min(start + 1000, count)]))
                }
            }
            print("putting \(count) items: \(Int(Double(count) / put)) a second")
            _ = try await store.append(users)
            try store.close()
        }
        let opened = try await Self.timed { try SQLiteStore.open(folder: path) }
        print("    opening \(count) items and users: \(Self.text(opened.seconds)) s")
        let read = try await Self.time { try opened.result.forEachItem { _ in } }
        print("    reading them: \(Int(Double(count) / read)) a second")
        let search = try await Self.time {
            _ = try await opened.result.items(matching: "nothing", after: nil, limit: 50)
        }
        print("    searching them in vain: \(Self.text(search)) s")
    }

    private func append(
        _ words: String,
        _ synchronous: SQLiteStore.Synchronous,
        size: Int,
        callers: Int,
        id: @escaping @Sendable (Int) -> String? = { _ in nil }
    ) async throws {
        let path = folder + "/" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        let total = size == 1 ? events / 20 : events
        do {
            let store = try SQLiteStore.open(folder: path, configuration: .init(synchronous: synchronous))
            let requests = (0..<total / size).map { Self.request($0, size: size, id: id) }
            let seconds = try await Self.time {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for caller in 0..<callers {
                        group.addTask {
                            for request in stride(from: caller, to: requests.count, by: callers) {
                                _ = try await store.append(requests[request])
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            print("\(words): \(Int(Double(total) / seconds)) events/s")
            try store.close()
        }
        guard size > 1, callers == 1 else { return }
        let reopened = try await Self.timed { try SQLiteStore.open(folder: path) }
        print("    opening \(total) events: \(Self.text(reopened.seconds)) s")
        try await read(reopened.result, total)
    }

    private func read(_ store: SQLiteStore, _ total: Int) async throws {
        let scan = try await Self.timed {
            var (offset, count): (Int64, Int) = (0, 0)
            while case let portion = try store.events(after: offset, limit: 10_000), let last = portion.last {
                count += portion.count
                offset = last.offset
            }
            return count
        }
        print("    reading \(scan.result) events: \(Int(Double(total) / scan.seconds)) events/s")
        let users = min(2_000, store.vocabulary.userCount)
        let newest = try await Self.timed {
            try (0..<users).reduce(0) { try $0 + store.newestEvents(of: UserIndex($1), limit: 100).count }
        }
        let each = newest.seconds / Double(users) * 1e6
        print("    the newest \(newest.result / users) events of a user: \(Int(each)) µs")
        var rule = RetentionRule()
        rule.maximumEvents = 0
        rule.eventsPerUser = 20
        let compaction = try await Self.timed { [rule] in
            try await store.compact(rule, learnedUpTo: store.newestOffset, now: 0).events
        }
        print("    compacting \(compaction.result) events away: \(Self.text(compaction.seconds)) s")
    }

    /// 20,000 users and 5,000 items, few of them often, with a name of the usual length.
    private static func request(_ number: Int, size: Int, id: (Int) -> String?) -> [Event] {
        (number * size..<(number + 1) * size).map { index in
            let hash = UInt64(index) &* 0x9E37_79B9_7F4A_7C15 >> 20
            let (user, item) = (hash % 20_000, (hash >> 16) % 5_000)
            return Event(
                user: "customer-\(user * user / 20_000)",
                item: "product-\(item * item / 5_000)",
                value: index % 3 == 0 ? 1 : nil,
                time: Timestamp(seconds: 1_700_000_000 + Int64(index)),
                id: id(index)
            )
        }
    }

    private static func time(_ body: () async throws -> Void) async throws -> Double {
        try await timed(body).seconds
    }

    private static func timed<Result>(_ body: () async throws -> Result) async throws -> (
        result: Result, seconds: Double
    ) {
        let start = ContinuousClock.now
        let result = try await body()
        return (result, (ContinuousClock.now - start) / .seconds(1))
    }

    private static func text(_ seconds: Double) -> String { String(format: "%.3f", seconds) }
}
