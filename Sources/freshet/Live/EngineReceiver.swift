import FreshetCore
import FreshetEngine
import FreshetKafka

/// An engine as what a source of messages fills, and what is told to topics.
struct EngineReceiver: SourceReceiver, KafkaSink.Origin {
    let engine: Engine

    func claim(_ partitions: [SourcePartition]) async throws -> [SourcePosition] { try await engine.claim(partitions) }

    func problem(with event: Event) -> String? { engine.problem(with: event) }

    func problem(with change: CatalogueChange) -> String? {
        guard case .user(let user) = change else { return nil }
        return engine.problem(with: user)
    }

    func append(_ events: [Event], moving steps: [SourceStep]) async throws {
        try await engine.accept(events, moving: steps)
    }

    func apply(_ change: CatalogueChange) async throws {
        switch change {
        case .item(let item): try await engine.put([item])
        case .removal(let item): _ = try await engine.removeItem(item)
        case .user(let user): try await engine.put([user])
        }
    }

    func move(_ steps: [SourceStep]) async throws { try await engine.accept([], moving: steps) }

    func impressions(after number: Int64, limit: Int) throws -> [(number: Int64, impression: Impression)] {
        try engine.shown.impressions(after: number, limit: limit)
    }

    func decisions(limit: Int) async throws -> [Decision] { try await engine.decisions(limit: limit) }
}
