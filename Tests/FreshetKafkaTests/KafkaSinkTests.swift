import FreshetCore
import FreshetStorage
import Synchronization
import Testing

@testable import FreshetKafka

@Suite struct KafkaSinkTests {
    private let origin: TestOrigin
    private let producer = TestProducer()
    private let clock = Clock()

    init() throws { origin = TestOrigin(store: try SQLiteStore.temporary()) }

    private func sink() -> KafkaSink {
        KafkaSink(topics: .init(shown: "shown", decisions: "decisions"), origin: origin, producer: producer) {
            [clock] in
            clock.now.load(ordering: .relaxed)
        }
    }

    private func show(_ numbers: Range<Int>) async throws {
        try await origin.store.record(
            numbers.map { Impression(id: "r\($0)", user: nil, time: Int64($0), model: ModelVersion(0), items: []) }
        )
    }

    private func decide(_ kind: Decision.Kind, at time: Int64) async throws {
        try await origin.store.record(
            Decision(kind: kind, version: ModelVersion(1), time: time, offset: 0, reason: "because")
        )
    }

    @Test func tellsEverythingInOrderAndGoesOn() async throws {
        try await show(0..<700)
        let first = sink()
        #expect(try await first.step())
        #expect(try await !first.step())
        #expect(producer.keys(of: "shown") == (0..<700).map { "r\($0)" })
        try await show(700..<703)
        _ = try await sink().step()
        #expect(producer.keys(of: "shown") == (0..<703).map { "r\($0)" })
        let value = String(decoding: producer.sent[0].value ?? [], as: UTF8.self)
        #expect(value.contains(#""id":"r0""#) && value.contains(#""items":[]"#))
    }

    @Test func tellsAgainWhatWasNotTaken() async throws {
        try await show(0..<3)
        let sink = sink()
        producer.fails.store(true, ordering: .relaxed)
        await #expect(throws: FreshetError.self) { try await sink.step() }
        producer.fails.store(false, ordering: .relaxed)
        _ = try await sink.step()
        #expect(producer.keys(of: "shown") == ["r0", "r1", "r2"])
        #expect(await sink.messages == 3)
    }

    @Test func oneOfTwoIsTold() async throws {
        let (first, second) = (sink(), sink())
        _ = try await first.step()
        _ = try await second.step()
        try await show(0..<1)
        await #expect(throws: SourceTaken.self) { try await first.step() }
    }

    /// A decision may reach the store a moment after a later one.
    @Test func missesNoDecision() async throws {
        let sink = sink()
        for time in 0..<130 { try await decide(.microUpdate, at: Int64(time)) }
        try await decide(.promotion, at: 9_000)
        _ = try await sink.step()
        #expect(producer.count(of: "decisions") == 130)
        try await decide(.drift, at: 8_999)
        clock.now.store(12_000, ordering: .relaxed)
        _ = try await sink.step()
        let last = producer.sent.suffix(2).map { String(decoding: $0.value ?? [], as: UTF8.self) }
        #expect(last.first?.contains("drift") == true && last.last?.contains("promotion") == true)
        _ = try await sink.step()
        #expect(producer.count(of: "decisions") == 132)
    }
}

/// The time as a test sets it.
private final class Clock: Sendable {
    let now = Atomic<Int64>(10_000)
}

/// A store as what is told to topics.
private struct TestOrigin: KafkaSink.Origin {
    let store: SQLiteStore

    func claim(_ partitions: [SourcePartition]) async throws -> [SourcePosition] { try await store.claim(partitions) }
    func move(_ steps: [SourceStep]) async throws { _ = try await store.append([], moving: steps) }
    func impressions(after number: Int64, limit: Int) throws -> [(number: Int64, impression: Impression)] {
        try store.impressions(after: number, limit: limit)
    }
    func decisions(limit: Int) async throws -> [Decision] { try await store.decisions(limit: limit) }
}

/// Keeps what is sent.
private final class TestProducer: MessageProducer {
    let fails = Atomic(false)
    private let kept = Mutex<[OutgoingMessage]>([])

    var sent: [OutgoingMessage] { kept.withLock { $0 } }

    func keys(of topic: String) -> [String] {
        sent.filter { $0.topic == topic }.map { String(decoding: $0.key ?? [], as: UTF8.self) }
    }

    func count(of topic: String) -> Int { sent.count { $0.topic == topic } }

    func send(_ messages: [OutgoingMessage]) async throws {
        guard !fails.load(ordering: .relaxed) else { throw FreshetError(.external, "The brokers are away.") }
        kept.withLock { $0 += messages }
    }
}
