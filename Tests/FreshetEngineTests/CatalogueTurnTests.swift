import Foundation
import FreshetCore
import FreshetEngine
import FreshetStorage
import FreshetTensor
import Synchronization
import Testing

/// Changes of the catalogue that overlap: none is lost, and memory ends as the store does.
@Suite(.timeLimit(.minutes(10))) struct CatalogueTurnTests {
    private static func engine(_ pause: @escaping @Sendable () async -> Void) async throws -> (Engine, String) {
        let folder = FileManager.default.temporaryDirectory.path + "/freshet-turn-\(UUID().uuidString)"
        let store = try SQLiteStore.temporary()
        let engine = try await Engine(
            configuration: TestEngine.configuration(folder),
            store: PausingStore(store, pause: pause)
        )
        return (engine, folder)
    }

    /// Starts `first`, and `second` once the first has done a step; gives the first step's followers time to go wrong.
    private static func overlapping(
        _ prepare: (Engine) async throws -> Void,
        _ first: @escaping @Sendable (Engine) async throws -> Void,
        _ second: @escaping @Sendable (Engine) async throws -> Void
    ) async throws -> (Engine, String) {
        let hasBegun = AsyncStream<Void>.makeStream()
        let paused = PauseOnce(hasBegun: hasBegun.continuation)
        let (engine, folder) = try await Self.engine { await paused.pause() }
        try await prepare(engine)
        paused.arm()
        async let one: Void = first(engine)
        for await _ in hasBegun.stream { break }
        async let other: Void = second(engine)
        _ = try await (one, other)
        return (engine, folder)
    }

    @Test func putIsNotLostToChangeThatReadBeforeIt() async throws {
        let (engine, folder) = try await Self.overlapping {
            try await $0.put([Item(id: "i", title: "old")])
        } _: {
            _ = try await $0.updateItem("i") { $0.tags = ["changed"] }
        } _: {
            try await $0.put([Item(id: "i", title: "new")])
        }
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try await engine.item("i") == Item(id: "i", title: "new"))
    }

    @Test func removalIsNotLostToChangeThatReadBeforeIt() async throws {
        let (engine, folder) = try await Self.overlapping {
            try await $0.put([Item(id: "i")])
        } _: {
            _ = try await $0.updateItem("i") { $0.tags = ["changed"] }
        } _: {
            _ = try await $0.removeItem("i")
        }
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try await engine.item("i") == nil)
    }

    @Test func userErasedDuringChangeStaysErased() async throws {
        let (engine, folder) = try await Self.overlapping {
            try await $0.put([User(id: "u")])
        } _: {
            _ = try await $0.updateUser("u") { $0.attributes = ["city": .text("Oslo")] }
        } _: {
            _ = try await $0.eraseUser("u")
        }
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try await engine.user("u") == nil)
    }

    /// The seed decides who changes what and how long each step takes.
    @Test(arguments: [UInt64](1...4)) func memoryEndsAsTheStoreDoes(seed: UInt64) async throws {
        let random = Mutex(RandomSource(seed: seed))
        let (engine, folder) = try await Self.engine {
            for _ in 0..<random.withLock({ $0.below(20) }) { await Task.yield() }
        }
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let ids = (0..<3).map { "i\($0)" }
        _ = try await engine.accept(ids.map { Event(user: "u", item: $0) })
        // Never changed, so that there is a catalogue at any time.
        try await engine.put([Item(id: "other")])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<60 {
                let (id, kind) = random.withLock { (ids[$0.below(3)], $0.below(4)) }
                group.addTask {
                    var hidden = Item(id: id)
                    hidden.available = false
                    switch kind {
                    case 0: try await engine.put([Item(id: id)])
                    case 1: try await engine.put([hidden])
                    case 2: _ = try await engine.updateItem(id) { $0.available?.toggle() }
                    default: _ = try await engine.removeItem(id)
                    }
                }
            }
            try await group.waitForAll()
        }
        let shown = Set(try await engine.popular(ListRequest(count: 10)).map(\.id))
        for id in ids {
            let item = try await engine.item(id)
            #expect(shown.contains(id) == (item.map { $0.available ?? true } ?? false), "\(id)")
        }
    }
}

/// Lets the first step after it is armed take long enough for others to come in between.
private final class PauseOnce: Sendable {
    private let isArmed = Atomic(false)
    private let hasBegun: AsyncStream<Void>.Continuation

    init(hasBegun: AsyncStream<Void>.Continuation) { self.hasBegun = hasBegun }

    func arm() { isArmed.store(true, ordering: .sequentiallyConsistent) }

    func pause() async {
        guard isArmed.exchange(false, ordering: .sequentiallyConsistent) else { return }
        hasBegun.yield()
        try? await Task.sleep(for: .milliseconds(100))
    }
}
