import Foundation
import FreshetCore
import FreshetStorage

/// Writes requests of events, impressions and compactions, and says what was acknowledged, until it is killed.
///
/// A request's user names the round, the writer and the request, its items the places in it, and each event's value the
/// number of events, so that the log alone tells what is whole.
struct Hammer {
    let store: SQLiteStore
    let round: Int

    init(folder: String, round: Int) throws {
        store = try SQLiteStore.open(folder: folder)
        self.round = round
    }

    func run() async throws {
        say("ready")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 { group.addTask { try await write(as: writer) } }
            group.addTask { try await compact() }
            try await group.waitForAll()
        }
    }

    private func write(as writer: Int) async throws {
        for request in 0... where !Task.isCancelled {
            let name = "\(round)-\(writer)-\(request)"
            let count = request % 23 + 1
            _ = try await store.append(
                (0..<count).map { Event(user: name, item: "i\($0)", value: Float(count), id: "\(name)-\($0)") }
            )
            say("events \(name) \(count)")
            // One user with so many events that there is something to compact.
            _ = try await store.append((0..<20).map { Event(user: "busy", item: "i\($0)") })
            if request % 3 == 0 {
                try await store.record([Impression(id: name, user: name, time: 1, model: ModelVersion(1), items: [])])
                say("impression \(name)")
            }
        }
    }

    private func compact() async throws {
        var rule = RetentionRule()
        rule.maximumEvents = 0
        rule.eventsPerUser = 50
        while !Task.isCancelled { _ = try await store.compact(rule, learnedUpTo: store.newestOffset, now: 0) }
    }

    /// Writes a line at once and as a whole.
    private func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = bytes.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
}
