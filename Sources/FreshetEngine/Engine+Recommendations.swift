import FreshetCore
import FreshetData
import FreshetModels
import FreshetRecommendation

extension Engine {
    /// What a user wants next; the answer is kept as an impression, beside, within moments.
    ///
    /// Every event that was acknowledged before the call is in the answer's history.
    /// - Throws: ``FreshetError`` of kind `usage` for a request out of range.
    public func recommend(_ request: RecommendationRequest) async throws -> Recommendation {
        let start = ContinuousClock.now
        // Once, for the whole answer: a swap in between does not touch it.
        let snapshot = live.current
        var query = try query(user: request.user, events: request.events, count: request.count)
        query.filter = request.filter
        query.excluded = Set((request.exclude ?? []).compactMap(vocabulary.item))
        query.scenario = request.scenario
        query.includeSeen = request.includeSeen
        query.diversity = request.diversity
        query.explains = request.explain ?? false
        let list = recommender.recommend(query, snapshot: snapshot, streaming: streaming)
        let answer = answer(list.items, user: request.user, scenario: request.scenario, list.version)
        finish(start)
        return answer
    }

    /// In which order a user wants given items; those that nothing is known of come last, in the order given.
    ///
    /// Items that may not be shown are left out: removed and hidden ones, and where the catalogue says what there is those
    /// that it does not have.
    /// - Throws: ``FreshetError`` of kind `usage` for a request out of range.
    public func rank(_ request: RankingRequest) async throws -> Recommendation {
        let start = ContinuousClock.now
        let snapshot = live.current
        guard request.items.count <= configuration.serving.maximumCount else {
            throw FreshetError(
                .usage,
                "\(request.items.count) items to rank.",
                remedy: "Give at most \(configuration.serving.maximumCount)."
            )
        }
        var query = try query(user: request.user, events: request.events, count: max(1, request.items.count))
        query.candidates = request.items.compactMap(vocabulary.item)
        query.scenario = request.scenario
        query.includeSeen = true
        query.explains = request.explain ?? false
        let list = recommender.recommend(query, snapshot: snapshot, streaming: streaming)
        let showsUnknown = catalog.current().showsUnlisted
        let unknown = showsUnknown ? request.items.filter { vocabulary.item($0) == nil } : []
        let count = min(request.count ?? request.items.count, request.items.count)
        let answer = answer(
            list.items,
            followedBy: unknown,
            count: count,
            user: request.user,
            scenario: request.scenario,
            list.version
        )
        finish(start)
        return answer
    }

    /// Items that a text looks for, by its words, by its sense, and among those by what the user is after.
    ///
    /// The answer is kept as an impression, as a recommendation is.
    /// - Throws: ``FreshetError`` of kind `usage` for a request out of range.
    public func search(_ request: SearchRequest) async throws -> Recommendation {
        let start = ContinuousClock.now
        let snapshot = live.current
        var query = try query(user: request.user, events: request.events, count: request.count)
        query.filter = request.filter
        query.scenario = request.scenario
        let list = recommender.recommender.search(
            SearchQuery(text: request.query, vector: content.vector(of: request.query), query: query),
            snapshot: snapshot,
            streaming: streaming
        )
        let answer = answer(list.items, user: request.user, scenario: request.scenario, list.version)
        finish(start)
        return answer
    }

    /// Items like one: what the model thinks alike, and before it knows the item what goes together with it and what its
    /// content resembles.
    /// - Throws: ``FreshetError`` of kind `notFound` for an item that nothing is known of or that was removed, of kind
    ///   `usage` for a count out of range.
    public func similar(to item: String, count: Int, filter: ItemFilter? = nil) throws -> [RecommendedItem] {
        let count = try checkedCount(count)
        guard let index = vocabulary.item(item), !catalog.current().isRemoved(index) else {
            throw FreshetError(.notFound, "There is no item '\(item)'.")
        }
        let list = recommender.similar(
            to: index,
            count: count,
            filter: filter,
            at: streaming.time(at: clock.seconds),
            snapshot: live.current,
            streaming: streaming
        )
        return named(list.items)
    }

    /// What is popular now.
    public func popular(count: Int, filter: ItemFilter? = nil) -> [RecommendedItem] {
        guard count > 0 else { return [] }
        let count = min(count, configuration.serving.maximumCount)
        let now = streaming.time(at: clock.seconds)
        return named(recommender.popular(count: count, filter: filter, at: now, streaming: streaming))
    }

    /// The part of a query that recommendations and rankings share.
    private func query(user: String?, events: [SessionEvent]?, count: Int?) throws -> Query {
        let index = user.flatMap(vocabulary.user)
        var history = History(items: [])
        if let index {
            do {
                history = try sessions.history(of: index)
            } catch let error as FreshetError where storage.note(error) {
                // The user is not in memory and the disk does not answer: they count as new until it does.
            }
        }
        let now = streaming.time(at: clock.seconds)
        if let events, !events.isEmpty { append(events, to: &history, now: now) }
        var query = Query(user: index, history: history, count: try checkedCount(count), time: now, seed: nextSeed())
        if let user, history.count < Self.newcomer, let words = profiles[user] {
            query.likes = content.vector(of: words)
        }
        return query
    }

    /// From so many events on a user is known by them, not by what they say of themselves.
    private static let newcomer = 20

    /// Adds the events that a request brings to those of the log; items that nothing is known of are left out.
    private func append(_ events: [SessionEvent], to history: inout History, now: Int64) {
        let (now, latest) = (Timestamp(seconds: now), Timestamp(seconds: now + configuration.ingest.futureTolerance))
        for event in events.suffix(configuration.sessions.eventsPerUser) {
            guard let item = vocabulary.item(event.item) else { continue }
            let type = event.type ?? .view
            history.append(
                LoggedEvent(
                    offset: 0,
                    user: UserIndex(0),
                    item: item,
                    type: vocabulary.eventType(type) ?? 0,
                    time: min(event.time ?? now, latest),
                    weight: configuration.events[type].weight(of: .nan)
                )
            )
        }
    }

    private func finish(_ start: ContinuousClock.Instant) {
        latency.record(ContinuousClock.now - start)
        requestRate.add(1)
    }

    private func named(_ items: [RankedItem]) -> [RecommendedItem] {
        zip(items, vocabulary.ids(of: items.map(\.item))).map { item, id in
            RecommendedItem(id: id, score: item.score, reasons: item.reasons.isEmpty ? nil : item.reasons)
        }
    }

    private func checkedCount(_ count: Int?) throws -> Int {
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

    /// What was shown under a `recommendation_id`, from the moment of the answer on; `nil` for an id of none.
    /// - Throws: ``FreshetError`` of kind `external` when the store cannot be read.
    public func impression(_ id: String) async throws -> Impression? {
        // In this order: what is written meanwhile is in the store.
        if let waiting = impressions.impression(id) { return waiting }
        return try await store.impression(id)
    }

    /// Gives the answer, and hands the impression over to be kept.
    private func answer(
        _ items: [RankedItem],
        followedBy unknown: [String] = [],
        count: Int = .max,
        user: String?,
        scenario: String?,
        _ version: ModelVersion
    ) -> Recommendation {
        let time = clock.milliseconds
        let id = recommendationIDs.next(at: time)
        let lowest = min(0, items.last?.score ?? 0)
        let named = Array((named(items) + unknown.map { RecommendedItem(id: $0, score: lowest) }).prefix(count))
        if configuration.serving.recordsImpressions {
            let shown = named.enumerated().map { place, item in
                Impression.ShownItem(
                    item: item.id,
                    score: item.score,
                    propensity: place < items.count ? items[place].propensity : 1
                )
            }
            impressions.add(
                Impression(id: id, user: user, time: time, model: version, scenario: scenario, items: shown)
            )
        }
        return Recommendation(id: id, model: version, items: named)
    }
}
