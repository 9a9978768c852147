import FreshetCore
import FreshetRecommendation

/// What the operator wants of answers; every change is in force for the next question.
extension Engine {
    /// The rules there are, in the order of their ids.
    public var allRules: [RuleVersion] { rules.rules }

    /// A rule as it is now; `nil` where there is none.
    public func rule(_ id: String) -> RuleVersion? {
        rules.versions(of: id).first.flatMap { $0.rule == nil ? nil : $0 }
    }

    /// The versions of a rule that are kept, newest first, also of one that was removed.
    public func ruleVersions(_ id: String) -> [RuleVersion] { rules.versions(of: id) }

    /// Adds a rule, or puts it in the place of the one of its id.
    ///
    /// - Parameter rule: the rule.
    /// - Returns: its version, and what about it may not be meant.
    /// - Throws: ``FreshetError`` of kind `usage` for an unsound rule or an unknown segment, of kind `external` when the store
    ///   fails.
    public func put(_ rule: Rule) async throws -> (version: RuleVersion, warnings: [String]) {
        (try await rules.put(rule), doubts(about: rule))
    }

    /// Removes a rule; its versions are kept.
    /// - Returns: whether there was one.
    /// - Throws: ``FreshetError`` of kind `external` when the store fails.
    public func removeRule(_ id: String) async throws -> Bool { try await rules.removeRule(id) }

    /// The answer to a question without a rule, and with it: as if the rule were switched on now, for everybody.
    ///
    /// Nothing is kept of either.
    /// - Throws: ``FreshetError`` of kind `usage` for an unsound rule or an unknown segment, or a request out of range.
    public func tryOut(_ rule: Rule, _ request: RecommendationRequest) async throws -> RuleTrial {
        try rule.validate()
        if let segment = rule.when.segment { try rules.check(segment) }
        var tried = rule
        (tried.enabled, tried.from, tried.until, tried.holdout) = (true, nil, nil, nil)
        let table = rules.book.current
        let (without, with) = (table.without(rule.id), table.with(tried))
        let query = try await query(request, comparing: with.userAttributes)
        let snapshot = live.current
        func answer(_ table: RuleTable) -> RankedList {
            recommender.recommender.recommend(query, snapshot: snapshot, streaming: streaming, under: table)
        }
        let (before, after) = (answer(without), answer(with))
        return RuleTrial(
            before: named(before.items, request.fields),
            after: named(after.items, request.fields),
            isInForce: after.rules.contains(rule.id),
            warnings: doubts(about: rule)
        )
    }

    private func doubts(about rule: Rule) -> [String] {
        recommender.recommender.doubts(
            about: rule,
            Query(time: streaming.time(at: clock.seconds)),
            streaming: streaming
        )
    }

    /// The segments there are, in the order of their ids.
    public var segments: [UserSegment] { rules.segments }

    /// Adds a segment, or puts it in the place of the one of its id.
    /// - Throws: ``FreshetError`` of kind `usage` for a condition that is about items too.
    public func put(_ segment: UserSegment) async throws { try await rules.put(segment) }

    /// Removes a segment.
    /// - Returns: whether there was one.
    /// - Throws: ``FreshetError`` of kind `conflict` while a rule names it.
    public func removeSegment(_ id: String) async throws -> Bool { try await rules.removeSegment(id) }

    /// The policies of every scenario that has some of its own, and whether they were changed since the start.
    public var scenarios: [String: (policies: PolicyConfiguration, isChanged: Bool)] {
        let changed = rules.scenarios
        return configuration.recommender.scenarios.merging(changed) { $1 }
            .reduce(into: [:]) { $0[$1.key] = (policies: $1.value, isChanged: changed[$1.key] != nil) }
    }

    /// Gives a scenario policies of its own, in the place of the configuration's; `nil` takes them away again.
    /// - Throws: ``FreshetError`` of kind `usage` for a setting out of range.
    public func setScenario(_ id: String, to policies: PolicyConfiguration?) async throws {
        try await rules.setScenario(id, to: policies)
    }
}
