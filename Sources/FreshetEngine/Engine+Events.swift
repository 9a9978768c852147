import FreshetCore
import FreshetData
import FreshetModels
import FreshetRecommendation

extension Engine {
    /// Takes events: those that are sound are in the log when this returns, and the next request sees them; searches among
    /// them are kept beside the log, and requests know of them as soon as they are read, moments later.
    ///
    /// - Parameter events: in the order in which they happened; an event whose `id` the log has is not added again.
    /// - Returns: how many were accepted, and by place what is wrong with the others.
    /// - Throws: ``EngineBusy`` when too much waits; ``QuotaExceeded`` when there would be more than may be; ``FreshetError``
    ///   of kind `usage` for too many events at once, of kind `external` when the log cannot be written. Nothing was written
    ///   then.
    public func accept(_ events: [Event]) async throws -> AcceptedEvents {
        guard events.count <= configuration.ingest.maximumBatch else {
            throw FreshetError(
                .usage,
                "\(events.count) events in one call.",
                remedy: "Send at most \(configuration.ingest.maximumBatch) at once."
            )
        }
        let validator = validator
        var rejected: [AcceptedEvents.Rejection] = []
        var unknownRecommendations: [Int] = []
        var feedback = 0
        for (index, event) in events.enumerated() {
            if let problem = validator.problem(with: event) {
                rejected.append(.init(index: index, error: problem))
            } else if let id = event.recommendationID {
                if recommendationIDs.isOwn(id) { feedback += 1 } else { unknownRecommendations.append(index) }
            }
        }
        guard rejected.count < events.count else { return AcceptedEvents(accepted: 0, rejected: rejected) }
        let bad = Set(rejected.map(\.index))
        let sound = bad.isEmpty ? events : events.indices.filter { !bad.contains($0) }.map { events[$0] }
        let receipt = try await write(sound) { try await $0.append(sound) }
        servingCounter.countFeedback(feedback)
        return AcceptedEvents(
            accepted: sound.count,
            duplicates: receipt.duplicates,
            rejected: rejected,
            unknownRecommendations: unknownRecommendations,
            // Those that the log had before are older than all that is known.
            offset: receipt.events.last?.offset ?? store.newestOffset
        )
    }

    /// What says of events whether they are sound now.
    var validator: EventValidator {
        EventValidator(configuration: configuration.ingest, forbidden: forbiddenFields, now: clock.seconds)
    }

    /// Has sound events written, as far as there is room for them, and the searches among them read.
    func write(
        _ events: [Event],
        by append: (any EngineStore) async throws -> AppendReceipt
    ) async throws -> AppendReceipt {
        try quota.admit(events)
        let receipt = try await intake.withPlace(for: events.count) { try await storage.watching(append) }
        content.read(receipt.searches)
        return receipt
    }

    /// Takes one event or search back by its own id: it is gone from the log, its user's history and every training to come.
    ///
    /// What the counts and the weights have learned from it fades, or goes with the next training.
    /// - Returns: whether there was one.
    /// - Throws: ``FreshetError`` of kind `external` when the store fails.
    public func removeEvent(_ id: String) async throws -> Bool {
        guard let user = try await storage.watching({ try await $0.removeEvent(id) }) else { return false }
        _ = sessions.removeAll(of: user)
        recommender.removeAll()
        try await readSearchesAnew(of: user)
        let left = try await store.fetchNewestEvents(of: user, limit: configuration.sessions.eventsPerUser)
        try await learning.perform { $0.erase(user, keeping: left) }
        return true
    }

    /// Takes a user's searches from the store.
    func readSearchesAnew(of user: UserIndex) async throws {
        let searches = try await store.searches(of: user, limit: RecentSearches.usualCount)
        content.replaceSearches(of: user, with: searches)
    }

    /// The newest events and searches of a user, oldest first; none for a user that nothing is known of.
    public func history(of user: String, limit: Int) async throws -> [Event] {
        guard limit > 0, let index = vocabulary.user(user) else { return [] }
        let (name, types) = (vocabulary.name(of: user), vocabulary.eventTypes)
        let events = try await store.fetchNewestEvents(of: index, limit: limit).map { event in
            Event(
                user: name,
                item: vocabulary.id(of: event.item),
                type: types[Int(event.type)],
                value: event.value.isNaN ? nil : event.value,
                time: event.time
            )
        }
        let searches = try await store.searches(of: index, limit: limit)
            .map { Event(user: name, searching: $0.text, time: $0.time) }
        guard !searches.isEmpty else { return events }
        return Array((events + searches).sorted { ($0.time ?? 0) < ($1.time ?? 0) }.suffix(limit))
    }
}
