import FreshetCore
import FreshetStorage
import Testing

@testable import FreshetEngine

/// When the store is said to work, and when not.
@Suite struct StorageWatchTests {
    private func watch(_ store: SQLiteStore, pause: Duration = .milliseconds(5)) -> (StorageWatch, HealthBoard) {
        let health = HealthBoard(parts: [StorageWatch.part])
        return (StorageWatch(store: store, health: health, pause: pause), health)
    }

    @Test(.timeLimit(.minutes(10))) func worksAgainOnceALargeDeliveryFitsNotWhenAFewRowsDo() async throws {
        var configuration = SQLiteStore.Configuration()
        configuration.maximumPages = 1200
        let store = try SQLiteStore.temporary(configuration: configuration)
        let (watch, health) = watch(store)
        let text = String(repeating: "x", count: 300_000)
        var count = 0
        await #expect(throws: FreshetError.self) {
            for number in 0..<100 {
                try await watch.watching { try await $0.put([Item(id: "i\(number)", text: text)]) }
                count += 1
            }
        }
        #expect(count > 5 && !health.isWell(StorageWatch.part))
        for number in 0..<20 {
            _ = try await watch.watching { try await $0.append([Event(user: "u", item: "i\(number)")]) }
            try await Task.sleep(for: .milliseconds(2))
            #expect(!health.isWell(StorageWatch.part))
        }
        for number in 0..<count { #expect(try await store.removeItem("i\(number)")) }
        while !health.isWell(StorageWatch.part) { try await Task.sleep(for: .milliseconds(5)) }
        #expect(try await store.settings(prefix: "storage.").isEmpty, "what was tried was left behind")
    }

    @Test func isNotIllForErrorsThatAreNotItsOwn() throws {
        let (watch, health) = watch(try SQLiteStore.temporary(), pause: .seconds(60))
        watch.note(FreshetError(.usage, "There are 256 types already."))
        watch.note(FreshetError(.cancelled, "The question was withdrawn."))
        #expect(health.isWell(StorageWatch.part))
        watch.note(FreshetError(.external, "The disk is full."))
        #expect(!health.isWell(StorageWatch.part))
    }

    @Test(.timeLimit(.minutes(10))) func damageStays() async throws {
        let store = try SQLiteStore.temporary()
        let (watch, health) = watch(store)
        watch.note(FreshetError(.invalidData, "The database is damaged."))
        // Something else that passes does not hide it.
        watch.note(FreshetError(.external, "The database is locked."))
        while health.all.first?.message != "The database is damaged." { try await Task.sleep(for: .milliseconds(5)) }
        #expect(!health.isWell(StorageWatch.part))
    }
}
