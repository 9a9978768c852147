import FreshetCore
import FreshetData

/// For what reads an outside source of events, such as topics of Kafka, and for what passes on what was shown.
extension Engine {
    /// Takes partitions of a source over (``FreshetCore/SourcePositionStore/claim(_:)``).
    /// - Returns: where to go on, in the order given.
    /// - Throws: ``FreshetError`` of kind `external` when the store fails.
    public func claim(_ partitions: [SourcePartition]) async throws -> [SourcePosition] {
        try await storage.watching { try await $0.claim(partitions) }
    }

    /// What is wrong with an event, or `nil`: what ``accept(_:)`` would reject it for.
    public func problem(with event: Event) -> String? {
        validator.problem(with: event)
    }

    /// What is wrong with what is said of a user, or `nil`: what putting them would be refused for.
    public func problem(with user: User) -> String? {
        configuration.ingest.identifiers.problem(with: user.id).map { "the id \($0)" }
            ?? forbiddenFields.problem(with: user)
    }

    /// Takes events of a source as ``accept(_:)`` does, with how far it was read, in one transaction.
    ///
    /// - Parameters:
    ///   - events: sound ones (``problem(with:)``), in the order of their partitions.
    ///   - steps: a step for each partition that was read.
    /// - Throws: ``FreshetCore/SourceTaken`` when a partition is another reader's; else as ``accept(_:)``. Nothing was written
    ///   then, and no position moved.
    public func accept(_ events: [Event], moving steps: [SourceStep]) async throws {
        _ = try await write(events) { try await $0.append(events, moving: steps) }
        servingCounter.countFeedback(events.count { $0.recommendationID.map(recommendationIDs.isOwn) ?? false })
    }

    /// What the store keeps of answers, for whoever passes them on; it blocks the calling thread.
    public var shown: any FeedbackLog { store }

    /// Says whether something works that works beside the engine: the status, the metrics and the log show it.
    ///
    /// - Parameters:
    ///   - part: its name.
    ///   - failure: why it does not, or `nil` where it does.
    public func report(_ part: String, failure: (any Error)?) {
        if let failure { health.markFailed(part, failure) } else { health.markWorking(part) }
    }
}
