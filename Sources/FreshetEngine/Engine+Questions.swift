import FreshetCore
import FreshetData
import FreshetModels
import FreshetRecommendation

/// What every kind of question is made from: who asks, what they did, what may appear.
extension Engine {
    /// A user with this many events is known by them, and no longer by what they say of themselves.
    private static let newcomer = 20

    /// Who asks, and for what, in dense numbers.
    ///
    /// Every event that was acknowledged before the call is in the history.
    func query(
        _ treatment: Treatment = .ordinary,
        user: String?,
        session: String? = nil,
        events: [SessionEvent]? = nil,
        count: Int?,
        scenario: String?,
        place: Place? = nil,
        filter: ItemFilter?,
        comparing names: Set<String> = []
    ) async throws -> Query {
        let user = Event.user(user, orVisitorOf: session).map(vocabulary.name)
        let tag = session.map { SessionTag(of: $0) } ?? .none
        let index = user.flatMap(vocabulary.user)
        var history = History(items: [])
        if let index {
            do {
                history = try await sessions.history(of: index)
            } catch let error as FreshetError where storage.note(error) {
                // The user is not in memory and the disk does not answer: they count as new until it does.
            }
        }
        let now = streaming.time(at: clock.seconds)
        if let events, !events.isEmpty { add(events, of: tag, to: &history, now: now) }
        var query = Query(user: index, history: history, count: try checkedCount(count), time: now, seed: nextSeed())
        let reading = reading(of: treatment.snapshot ?? live.current)
        query.session = tag
        query.scenario = scenario
        query.place = place
        query.filter = filter
        if let user, history.count < Self.newcomer, let words = profiles[user] {
            query.likes = reading.vector(of: words)
        }
        if let index {
            query.searched = reading.searches.recent(of: index, at: Timestamp(seconds: now), includingLater: true)
        }
        treatment.apply(to: &query) { recommender.recommender.policies(for: $0) }
        var names = rules.book.current.userAttributes.union(names)
        names.formUnion(filter?.expression?.userAttributes ?? [])
        names.formUnion(filters(of: query, treatment).flatMap(\.userAttributes))
        query.userAttributes = try await attributes(names, of: user)
        return query
    }

    /// What the items' texts are read by, for a version.
    func reading(of snapshot: ModelSnapshot) -> ContentReading { snapshot.reading ?? content.base }

    /// What must hold of every item beside what the request asks, for all variants that answer.
    private func filters(of query: Query, _ treatment: Treatment) -> [FilterExpression] {
        let standing = recommender.recommender.policies(for:)
        let own = query.policies ?? standing(query.scenario)
        return ([own] + treatment.rivals.compactMap { $0.policies(for: query.scenario, standing) }).compactMap(\.filter)
    }

    /// The attributes of a user that the filters of a question and the rules name.
    private func attributes(_ names: Set<String>, of user: String?) async throws -> [String: AttributeValue] {
        guard let user, !names.isEmpty else { return [:] }
        do {
            let all = try await userAttributes.attributes(of: user) { try await store.user(user)?.attributes ?? [:] }
            return all.filter { names.contains($0.key) }
        } catch let error as FreshetError where storage.note(error) {
            // As of a user without any, until the disk answers.
            return [:]
        }
    }

    /// Adds the events that a request brings to those of the log, each in its place by its time; items that nothing is known
    /// of are left out.
    private func add(_ events: [SessionEvent], of session: SessionTag, to history: inout History, now: Int64) {
        let (now, latest) = (Timestamp(seconds: now), Timestamp(seconds: now + configuration.ingest.futureTolerance))
        var known: [LoggedEvent] = []
        for event in events {
            guard let item = vocabulary.item(event.item) else { continue }
            let type = event.type ?? .view
            known.append(
                LoggedEvent(
                    offset: 0,
                    user: UserIndex(0),
                    item: item,
                    type: vocabulary.eventType(type) ?? 0,
                    time: min(event.time ?? now, latest),
                    weight: configuration.events[type].weight(of: .nan),
                    session: session
                )
            )
        }
        let limit = configuration.sessions.eventsPerUser
        let times = history.times.suffix(1) + known.map(\.time)
        if zip(times, times.dropFirst()).allSatisfy({ $0 <= $1 }) {
            for event in known.suffix(limit) { history.append(event) }
        } else {
            var run = EventRun()
            for event in history.events + known { run.insert(event) }
            history = run.newest(history.count + min(known.count, limit))
        }
    }

    /// Items with their ids and the details that were asked for.
    func named(_ items: [RankedItem], _ fields: ItemFields?) -> [RecommendedItem] {
        let catalog = fields == nil ? nil : catalog.current()
        return zip(items, vocabulary.ids(of: items.map(\.item))).map { item, id in
            var named = RecommendedItem(
                id: id,
                score: item.score,
                reasons: item.reasons.isEmpty ? nil : item.reasons
            )
            named.counterfactual = item.counterfactual
            if let fields { named.details = catalog?.item(item.item, id: id, fields) }
            return named
        }
    }

    func checkedCount(_ count: Int?) throws -> Int {
        let count = count ?? configuration.serving.count
        guard (1...configuration.serving.maximumCount).contains(count) else {
            throw FreshetError(
                .usage,
                "\(count) items were asked for.",
                remedy: "Ask for 1 to \(configuration.serving.maximumCount)."
            )
        }
        return count
    }

    /// Takes note of an answer's time.
    func finish(_ start: ContinuousClock.Instant) {
        latency.record(ContinuousClock.now - start)
        requestRate.add(1)
    }
}

extension History {
    /// Its events one by one, of a history that has all columns.
    fileprivate var events: [LoggedEvent] {
        (0..<count).map { place in
            LoggedEvent(
                offset: 0,
                user: UserIndex(0),
                item: items[items.startIndex + place],
                type: types[types.startIndex + place],
                value: values[values.startIndex + place],
                time: times[times.startIndex + place],
                weight: weight(at: place),
                session: session(at: place)
            )
        }
    }
}
