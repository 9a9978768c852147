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
        // Once, for the whole answer: a swap in between does not touch it.
        try await recommend(request, by: live.current)
    }

    /// What each of many users wants next, by one version of the model.
    ///
    /// - Parameters:
    ///   - users: the external ids.
    ///   - request: what is asked for each of them; its own user does not count.
    /// - Returns: an answer a user, in the order given.
    /// - Throws: ``FreshetError`` of kind `usage` for a request out of range.
    public func recommend(to users: [String], _ request: RecommendationRequest) async throws -> [Recommendation] {
        let snapshot = live.current
        var request = request
        var answers: [Recommendation] = []
        answers.reserveCapacity(users.count)
        for user in users {
            try Task.checkCancellation()
            request.user = user
            answers.append(try await recommend(request, by: snapshot))
            // A long batch leaves the thread to those who ask for one answer.
            await Task.yield()
        }
        return answers
    }

    private func recommend(_ request: RecommendationRequest, by snapshot: ModelSnapshot) async throws -> Recommendation
    {
        let asked = try question(request.user, request.session, request.scenario, request.context, request.fields)
        let (query, shown) = try await (query(request, asked.treatment), shown(on: request.cursor))
        let list = list(query, asked.treatment, by: snapshot)
        var answer = answer(list, to: asked)
        let page = PageToken(shown: shown.union(list.items.map(\.item)))
        // A list that is not full is the last one.
        if list.items.count == query.count, page.shown.count <= PageToken.maximumItems {
            answer.next = page.text(by: recommendationIDs)
        }
        return answer
    }

    /// What an earlier page showed.
    private func shown(on cursor: String?) throws -> Set<ItemIndex> {
        try cursor.map { try PageToken($0, by: recommendationIDs).shown } ?? []
    }

    /// A request in dense numbers.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - treatment: what answers it.
    ///   - names: attributes of the user that are compared with beside those of filters and rules.
    /// - Returns: the question.
    /// - Throws: ``FreshetError`` of kind `usage` for a request out of range.
    func query(
        _ request: RecommendationRequest,
        _ treatment: Treatment = .ordinary,
        comparing names: Set<String> = []
    ) async throws -> Query {
        var query = try await query(
            treatment,
            user: request.user,
            session: request.session,
            events: request.events,
            count: request.count,
            scenario: request.scenario,
            place: request.place,
            filter: request.filter,
            comparing: names
        )
        query.excluded = try shown(on: request.cursor).union((request.exclude ?? []).compactMap(vocabulary.item))
        query.includeSeen = request.includeSeen
        query.diversity = request.diversity
        query.explains = request.explain ?? false
        query.counterfactuals = request.counterfactual == true ? CounterfactualLimits() : nil
        return query
    }

    /// In which order a user wants given items; those that nothing is known of come last, in the order given.
    ///
    /// Items that may not be shown are left out: removed and hidden ones, and where the catalogue says what there is those
    /// that it does not have.
    /// - Throws: ``FreshetError`` of kind `usage` for a request out of range.
    public func rank(_ request: RankingRequest) async throws -> Recommendation {
        let asked = try question(request.user, request.session, request.scenario, request.context, request.fields)
        let snapshot = live.current
        guard request.items.count <= configuration.serving.maximumCount else {
            throw FreshetError(
                .usage,
                "\(request.items.count) items to rank.",
                remedy: "Give at most \(configuration.serving.maximumCount)."
            )
        }
        var query = try await query(
            asked.treatment,
            user: request.user,
            session: request.session,
            events: request.events,
            count: max(1, request.items.count),
            scenario: request.scenario,
            place: request.place,
            filter: request.filter
        )
        query.candidates = request.items.compactMap(vocabulary.item)
        query.includeSeen = true
        query.explains = request.explain ?? false
        let list = list(query, asked.treatment, by: snapshot)
        // Of what nothing is known no filter can tell whether it may appear.
        let showsUnknown = catalog.current().showsUnlisted && request.filter == nil
        let unknown = showsUnknown ? request.items.filter { vocabulary.item($0) == nil } : []
        let count = min(request.count ?? request.items.count, request.items.count)
        return answer(list, followedBy: unknown, count: count, to: asked)
    }

    /// Items that a text looks for, by its words, by its sense, and among those by what the user is after.
    ///
    /// The answer is kept as an impression, as a recommendation is; the search itself only where the request says so.
    /// - Throws: ``FreshetError`` of kind `usage` for a request out of range.
    public func search(_ request: SearchRequest) async throws -> Recommendation {
        let asked = try question(request.user, request.session, request.scenario, request.context, request.fields)
        let snapshot = live.current
        let query = try await query(
            asked.treatment,
            user: request.user,
            session: request.session,
            events: request.events,
            count: request.count,
            scenario: request.scenario,
            place: request.place,
            filter: request.filter
        )
        let list = list(query, asked.treatment, by: snapshot) { query, snapshot in
            let vector = reading(of: snapshot).vector(of: request.query)
            let search = SearchQuery(text: request.query, vector: vector, query: query)
            return recommender.recommender.search(search, snapshot: snapshot, streaming: streaming)
        }
        if request.record ?? false { try await record(request) }
        return answer(list, to: asked)
    }

    /// Keeps a search as an event that its user sent.
    private func record(_ request: SearchRequest) async throws {
        guard let user = Event.user(request.user, orVisitorOf: request.session) else {
            throw FreshetError(
                .usage,
                "Nobody is named whose search is to be recorded.",
                remedy: "Give a user or a session."
            )
        }
        let search = Event(user: user, searching: request.query, session: request.session)
        if let rejection = try await accept([search]).rejected.first {
            throw FreshetError(.usage, "The search cannot be recorded: \(rejection.error).")
        }
    }

    /// What was shown under a `recommendation_id`, from the moment of the answer on; `nil` for an id of none.
    /// - Throws: ``FreshetError`` of kind `external` when the store cannot be read.
    public func impression(_ id: String) async throws -> Impression? {
        // In this order: what is written meanwhile is in the store.
        if let waiting = impressions.impression(id) { return waiting }
        return try await store.impression(id)
    }

    /// Who asks for an answer, since when, and how it is given.
    struct Question {
        let start = ContinuousClock.now
        let user: String?
        let scenario: String?
        let context: [String: AttributeValue]?
        let fields: ItemFields?
        let treatment: Treatment
    }

    func question(
        _ user: String?,
        _ session: String?,
        _ scenario: String?,
        _ context: [String: AttributeValue]?,
        _ fields: ItemFields?
    ) throws -> Question {
        if let problem = forbiddenFields.problem(with: context) {
            throw FreshetError(
                .usage,
                "The request says too much: \(problem).",
                remedy: "Leave it out; the operator forbids it (privacy.forbidden_fields)."
            )
        }
        let asker = Event.user(user, orVisitorOf: session).map(vocabulary.name)
        var treatment = experimentBook.serving.treatment(of: asker, in: scenario)
        trial.join(&treatment, asker)
        return Question(user: asker, scenario: scenario, context: context, fields: fields, treatment: treatment)
    }

    /// The list of the variant that answers, or that of several together.
    private func list(_ query: Query, _ treatment: Treatment, by live: ModelSnapshot) -> AnsweredList {
        list(query, treatment, by: live) { recommender.recommend($0, snapshot: $1, streaming: streaming) }
    }

    func list(
        _ query: Query,
        _ treatment: Treatment,
        by live: ModelSnapshot,
        _ answer: (Query, ModelSnapshot) -> RankedList
    ) -> AnsweredList {
        var list = merged(query, treatment, by: live, answer)
        if configuration.serving.recordsImpressions {
            list.segments = rules.book.current.segments(of: query, catalog.current())
        }
        return list
    }

    private func merged(
        _ query: Query,
        _ treatment: Treatment,
        by live: ModelSnapshot,
        _ answer: (Query, ModelSnapshot) -> RankedList
    ) -> AnsweredList {
        guard !treatment.rivals.isEmpty else { return AnsweredList(answer(query, treatment.snapshot ?? live)) }
        let lists = treatment.rivals.map { rival in
            var query = query
            rival.apply(to: &query) { recommender.recommender.policies(for: $0) }
            return answer(query, rival.snapshot ?? live)
        }
        return AnsweredList(lists, count: query.count, version: live.version, seed: query.seed)
    }

    /// Gives the answer, and hands the impression over to be kept.
    func answer(
        _ list: AnsweredList,
        followedBy unknown: [String] = [],
        count: Int = .max,
        to asked: Question
    ) -> Recommendation {
        let items = list.items
        let time = clock.milliseconds
        let id = recommendationIDs.next(at: time)
        let lowest = min(0, items.last?.score ?? 0)
        let last = unknown.map { RecommendedItem(id: $0, score: lowest) }
        let named = Array((named(items, asked.fields) + last).prefix(count))
        if configuration.serving.recordsImpressions {
            let shown = named.enumerated().map { place, item in
                Impression.ShownItem(
                    item: item.id,
                    score: item.score,
                    propensity: place < items.count ? items[place].propensity : 1
                )
            }
            impressions.add(
                Impression(
                    id: id,
                    user: asked.user,
                    time: time,
                    model: list.version,
                    scenario: asked.scenario,
                    variant: asked.treatment.label,
                    rules: list.rules,
                    segments: list.segments,
                    teams: list.teams.map { Array($0.prefix(count)) },
                    latency: Float((ContinuousClock.now - asked.start) / .milliseconds(1)),
                    context: asked.context ?? [:],
                    items: shown
                )
            )
        }
        servingCounter.countAnswer(of: named.count)
        finish(asked.start)
        var answer = Recommendation(id: id, model: list.version, items: named)
        answer.variant = asked.treatment.label
        return answer
    }
}
