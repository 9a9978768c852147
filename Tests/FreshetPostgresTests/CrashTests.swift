#if PostgreSQL
import Foundation
import FreshetCore
import FreshetData
import FreshetPostgres
import Synchronization
import Testing

/// PostgreSQL dies, or the connections to it: what was acknowledged is there, and nothing twice.
@Suite struct CrashTests {
    /// What was acknowledged, until it is over.
    private final class Run: Sendable {
        let isOver = Atomic<Bool>(false)
        let acknowledged = Mutex<[String]>([])
    }

    @Test(arguments: ["immediate", "fast", "connections"])
    func losesNothing(_ end: String) async throws {
        let server = try PostgresServer(isDurable: true)
        let store = try server.open("crash")
        let run = Run()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    var step = 0
                    while !run.isOver.load(ordering: .relaxed) {
                        // Without ids of their own: that nothing is there twice is the store's doing.
                        let name = "\(writer)-\(step)"
                        _ = try await store.append([Event(user: "u\(writer)", item: name, time: 1)])
                        run.acknowledged.withLock { $0.append(name) }
                        step += 1
                    }
                }
            }
            group.addTask {
                for _ in 0..<3 {
                    try await Task.sleep(for: .milliseconds(150))
                    if end == "connections" {
                        try server.query(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                        )
                    } else {
                        try server.stop(end)
                        try server.start()
                    }
                }
                try await Task.sleep(for: .milliseconds(150))
                run.isOver.store(true, ordering: .relaxed)
            }
            try await group.waitForAll()
        }
        let again = try server.open("crash")
        let log = try again.events(after: 0, limit: .max)
        let names = log.map { again.vocabulary.id(of: $0.item) }
        #expect(names.sorted() == run.acknowledged.withLock { $0 }.sorted())
        #expect(log.map(\.offset) == Array(1...Int64(log.count)))
    }
}
#endif
