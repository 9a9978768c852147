import FreshetCore
import FreshetData
import FreshetStorage
import Testing

@Suite struct FullDiskTests {
    @Test func losesNothingAcknowledged() async throws {
        let folder = try StorageFolder()
        var configuration = SQLiteStore.Configuration()
        configuration.maximumPages = 60
        var (acknowledged, error): ([LoggedEvent], FreshetError?) = ([], nil)
        do {
            let store = try folder.open(configuration)
            while error == nil && acknowledged.count < 100_000 {
                let step = acknowledged.count
                error = await failure {
                    acknowledged += try await store.append(someEvents(100, named: "u\(step)-")).events
                }
            }
            #expect(error?.kind == .external)
            #expect(error?.message.contains("disk is full") == true)
            #expect(error?.remedy != nil)
            // What failed left no trace in memory either.
            #expect(store.newestOffset == Int64(acknowledged.count))
            #expect(store.eventCount() == acknowledged.count)
            #expect(store.vocabulary.itemCount == acknowledged.count)
            #expect(store.vocabulary.user("u\(acknowledged.count)-0") == nil)
            #expect(try store.events(after: 0, limit: .max) == acknowledged)
            #expect(
                await failure { try await store.put([Item(id: "x", text: String(repeating: "x", count: 400_000))]) }
                    != nil
            )
            #expect(store.vocabulary.item("x") == nil)
        }
        let store = try folder.open()
        #expect(try store.events(after: 0, limit: .max) == acknowledged)
        #expect(store.vocabulary.itemCount == acknowledged.count)
        let next = try await store.append(someEvents(100, named: "u\(acknowledged.count)-")).events
        #expect(next.first?.offset == Int64(acknowledged.count + 1))
        #expect(next.first?.item.position == acknowledged.count)
    }

    @Test func failsEveryoneInTheGroup() async throws {
        var configuration = SQLiteStore.Configuration()
        configuration.maximumPages = 60
        let store = try SQLiteStore.temporary(configuration: configuration)
        let acknowledged = await withTaskGroup(of: Int.self) { group in
            for caller in 0..<40 {
                group.addTask {
                    var count = 0
                    for step in 0..<20 {
                        let events = someEvents(50, named: "\(caller)-\(step)-")
                        count += (try? await store.append(events).events.count) ?? 0
                    }
                    return count
                }
            }
            return await group.reduce(0, +)
        }
        #expect(acknowledged > 0 && acknowledged < 40_000)
        #expect(store.eventCount() == acknowledged)
        #expect(try store.events(after: 0, limit: .max).map(\.offset) == Array(1...Int64(acknowledged)))
        #expect(store.vocabulary.itemCount == acknowledged)
    }
}
