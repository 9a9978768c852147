import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN
import FreshetTensor

/// What every ``OnlineLearner`` of the registry must keep, whatever it does inside.
public struct OnlineLearnerContract {
    /// One promise.
    public enum Rule: String, CaseIterable, Sendable {
        /// Items that only the stream has are recommended to those whose group likes them.
        case learnsTheStream
        /// The catalogue is as long as the highest item, and what was there before keeps its scores when room is made.
        case growsWithTheCatalogue
        /// The same seed and stream give the same state.
        case isDeterministic
        /// A scorer that was made stays as it is while learning goes on.
        case leavesScorersAlone
        /// A state that was written and restored goes on exactly.
        case resumesExactly
        /// A state with an array missing or cut is refused as invalid data, and the learner stays as it is.
        case refusesDamagedState
        /// Items that are given up are counted once, lose what was learned of them, and can be learned again.
        case expiresItems
        /// What is kept of a user goes once.
        case erasesUsers
        /// A new learner knows all items that another of the same model has seen; of another model it takes nothing.
        case takesOverMemory
        /// A model that is trained further from its own scorer begins with that scorer's scores.
        case goesOnFromItsScorer
    }

    private let model: ModelDescription
    private let overrides: [String: String]
    private let pool = ThreadPool(threads: 1)

    /// Takes a model with settings.
    public init(_ model: ModelDescription, overrides: [String: String] = [:]) {
        (self.model, self.overrides) = (model, overrides)
    }

    /// How the model breaks a rule, in words; `nil` when it keeps it.
    public func violation(of rule: Rule) throws -> String? {
        switch rule {
        case .learnsTheStream: try learning()
        case .growsWithTheCatalogue: try growth()
        case .isDeterministic: try determinism()
        case .leavesScorersAlone: try immutability()
        case .resumesExactly: try resumption()
        case .refusesDamagedState: try damage()
        case .expiresItems: try expiry()
        case .erasesUsers: try erasure()
        case .takesOverMemory: try memory()
        case .goesOnFromItsScorer: try going()
        }
    }

    // MARK: What it is tried on

    private static let (known, items, users) = (24, 36, 20)

    /// A model that was trained on 24 items, of two groups of users and items.
    private func trained() throws -> (scorer: any Scorer, configuration: String) {
        let data = SyntheticData.groups(items: Self.known)
        var learner = try model.makeLearner(overrides: overrides, data: data)
        try learner.fit(data, session: TrainingSession(seed: 7, pool: pool))
        return (learner.makeScorer(), model.configurationJSON(of: learner))
    }

    private func learner() throws -> any OnlineLearner {
        let (scorer, configuration) = try trained()
        return try learner(from: scorer, configuration)
    }

    private func learner(from scorer: any Scorer, _ configuration: String) throws -> any OnlineLearner {
        var settings = OnlineLearning.Settings()
        (settings.learningRate, settings.fullBatch, settings.warmUpEvents) = (0.01, 1, 0)
        (settings.averaging, settings.contextLength, settings.exemplars) = (0.5, 8, 300)
        settings.teacherPeriod = 300
        guard
            let learner = try model.makeOnlineLearner(
                from: scorer,
                configurationJSON: configuration,
                settings: settings,
                seed: 3,
                pool: pool
            )
        else { throw FreshetError(.usage, "'\(model.name)' has no online learner.") }
        return learner
    }

    /// Everybody's next event in every round, on items of their group that only the stream has.
    private func batches(_ rounds: Range<Int>) -> [[StreamEvent]] {
        var random = RandomSource(seed: 11)
        var histories = UserHistories(limit: 16)
        let all = (0..<rounds.upperBound).map { round in
            (0..<Self.users).map { user in
                let group = (Self.items - Self.known) / 2
                let event = LoggedEvent(
                    offset: Int64(round * Self.users + user + 1),
                    user: UserIndex(user),
                    item: ItemIndex(Self.known + 2 * random.below(group) + user % 2),
                    type: 0,
                    time: Timestamp(seconds: 1_700_000_000 + Int64(round * 60))
                )
                defer { histories.insert(event) }
                return StreamEvent(event: event, history: histories[event.user], isNewItem: round == 0)
            }
        }
        return Array(all[rounds])
    }

    /// How many users' best item of those that only the stream has is one of their group.
    private func hits(_ scorer: any Scorer) -> Int {
        batches(7..<8)[0].count { event in
            let scores = scorer.scores(for: ScoringContext(user: nil, history: event.history))
            let best = (Self.known..<scores.count).max { scores[$0] < scores[$1] }
            return best.map { $0 % 2 == event.event.user.position % 2 } ?? false
        }
    }

    /// By how much the users of the first group score its items of the stream above all, on average.
    private func lead(_ scorer: any Scorer) -> Float {
        let leads = batches(7..<8)[0].filter { $0.event.user.position % 2 == 0 }.map { event in
            let scores = scorer.scores(for: ScoringContext(user: nil, history: event.history))
            let own = stride(from: Self.known, to: scores.count, by: 2).map { scores[$0] }
            return own.reduce(0, +) / Float(own.count) - scores.reduce(0, +) / Float(scores.count)
        }
        return leads.reduce(0, +) / Float(leads.count)
    }

    private var context: ScoringContext {
        ScoringContext(
            user: nil,
            history: History(items: [ItemIndex(2), ItemIndex(4)], times: [1_700_000_000, 1_700_000_060])
        )
    }
}

extension OnlineLearnerContract {
    private func learning() throws -> String? {
        let learner = try learner()
        for batch in batches(0..<60) { learner.learn(batch) }
        guard learner.learnedEvents == 60 * Self.users else { return "\(learner.learnedEvents) events are learned" }
        let right = hits(learner.makeScorer())
        return right * 10 >= Self.users * 8 ? nil : "only \(right) of \(Self.users) users get an item of their group"
    }

    private func growth() throws -> String? {
        let learner = try learner()
        let before = learner.makeScorer().scores(for: context)
        guard learner.itemCount == Self.known else { return "\(learner.itemCount) items are known at first" }
        // Remembered, not learned: nothing but room is made.
        learner.remember(batches(0..<1)[0])
        for batch in batches(0..<3) { learner.learn(batch, emphasis: .init(rate: 0, replay: 1)) }
        let highest = batches(0..<3).joined().map(\.event.item.position).max() ?? 0
        let scorer = learner.makeScorer()
        guard learner.itemCount == highest + 1, scorer.itemCount == highest + 1 else {
            return "\(learner.itemCount) items are known after item \(highest), \(scorer.itemCount) are scored"
        }
        let after = scorer.scores(for: context)
        guard after.allSatisfy(\.isFinite) else { return "a new item's score is not finite" }
        return zip(before, after).allSatisfy { abs($0 - $1) < 1e-4 } ? nil : "growing changes the scores of older items"
    }

    private func determinism() throws -> String? {
        let (one, other) = (try learner(), try learner())
        for batch in batches(0..<5) { for learner in [one, other] { learner.learn(batch) } }
        return one.checkpoint() == other.checkpoint() ? nil : "two learners of one seed differ"
    }

    private func immutability() throws -> String? {
        let learner = try learner()
        let scorer = learner.makeScorer()
        let before = scorer.scores(for: context)
        for batch in batches(0..<5) { learner.learn(batch) }
        guard scorer.scores(for: context) == before, scorer.itemCount == Self.known else {
            return "a scorer changes while learning goes on"
        }
        return learner.makeScorer().scores(for: context).prefix(Self.known).elementsEqual(before)
            ? "learning changes nothing" : nil
    }

    private func resumption() throws -> String? {
        let (whole, second) = (try learner(), try learner())
        for batch in batches(0..<25) { whole.learn(batch) }
        try second.restore(whole.checkpoint())
        guard second.checkpoint() == whole.checkpoint() else { return "a restored state is another one" }
        for batch in batches(25..<35) { for learner in [whole, second] { learner.learn(batch) } }
        guard second.learnedEvents == 35 * Self.users else { return "\(second.learnedEvents) events are learned" }
        return second.checkpoint() == whole.checkpoint() ? nil : "a restored learner goes on differently"
    }

    /// What states of older versions lack.
    private static let optional = ["teacher", "sampled.counted", "replay.weights"]

    private func damage() throws -> String? {
        let learner = try learner()
        for batch in batches(0..<3) { learner.learn(batch) }
        let whole = learner.checkpoint()
        for name in whole.arrays.keys.sorted() where !Self.optional.contains(where: name.hasPrefix) {
            var missing = whole
            missing.arrays[name] = nil
            do {
                try learner.restore(missing)
                return "a state without '\(name)' is accepted"
            } catch let error as FreshetError where error.kind == .invalidData {}
        }
        return learner.checkpoint() == whole ? nil : "a refused state leaves traces"
    }

    private func expiry() throws -> String? {
        let learner = try learner()
        for batch in batches(0..<60) { learner.learn(batch) }
        let lead = lead(learner.makeScorer())
        let outdated: (ItemIndex) -> Bool = { $0.position >= Self.known && $0.position % 2 == 0 }
        let count = learner.expireItems(where: outdated)
        guard count == (Self.items - Self.known) / 2 else { return "\(count) items are given up" }
        guard learner.expireItems(where: outdated) == 0 else { return "items are given up twice" }
        guard learner.itemCount == Self.items else { return "giving up items shortens the catalogue" }
        guard lead > 0, self.lead(learner.makeScorer()) < lead / 2 else {
            return "items that were given up are recommended as before"
        }
        for batch in batches(0..<60) { learner.learn(batch) }
        guard hits(learner.makeScorer()) * 10 >= Self.users * 8 else { return "items that came again are not learned" }
        return learner.expireItems(where: outdated) == count ? nil : "items that came again cannot be given up"
    }

    private func erasure() throws -> String? {
        let learner = try learner()
        for batch in batches(0..<10) { learner.learn(batch) }
        let count = learner.erase(UserIndex(4))
        guard (0...10).contains(count) else { return "\(count) of 10 events were kept" }
        guard learner.erase(UserIndex(4)) == 0 else { return "something of an erased user is left" }
        for batch in batches(10..<12) { learner.learn(batch) }
        return learner.makeScorer().scores(for: context).allSatisfy(\.isFinite) ? nil : "learning does not go on"
    }

    private func memory() throws -> String? {
        let (old, new) = (try learner(), try learner())
        for batch in batches(0..<20) { old.learn(batch) }
        try new.takeMemory(of: old)
        guard new.itemCount == old.itemCount else { return "\(new.itemCount) of \(old.itemCount) items are known" }
        guard new.learnedEvents == 0 else { return "what another learned counts as learned" }
        new.learn(batches(20..<21)[0])
        let stranger = try learner()
        let before = stranger.checkpoint()
        try stranger.takeMemory(of: Stranger())
        return stranger.checkpoint() == before ? nil : "something of another model is taken"
    }

    private func going() throws -> String? {
        let learner = try learner()
        for batch in batches(0..<10) { learner.learn(batch) }
        let (scorer, configuration) = (learner.makeScorer(), try trained().configuration)
        let next = try self.learner(from: scorer, configuration)
        guard next.makeScorer().scores(for: context) == scorer.scores(for: context) else {
            return "a learner begins with other scores than the scorer it comes from"
        }
        var popularity = Popularity(configuration: .init())
        try popularity.fit(SyntheticData.groups(), session: TrainingSession(pool: pool))
        do {
            _ = try self.learner(from: popularity.makeScorer(), configuration)
            return "a scorer of another model is taken"
        } catch let error as FreshetError where error.kind == .usage {}
        return nil
    }
}

/// A learner of a model that nobody knows.
private final class Stranger: OnlineLearner {
    let (itemCount, learnedEvents) = (0, 0)
    func remember(_ events: [StreamEvent]) {}
    func takeMemory(of other: any OnlineLearner) throws {}
    func learn(
        _ batch: [StreamEvent],
        emphasis: OnlineLearning.Emphasis,
        replaying: (() -> Void) -> Void
    ) -> OnlineLearning.Report { OnlineLearning.Report(events: 0, loss: 0, rate: 0) }
    func makeScorer() -> any Scorer { preconditionFailure("a stranger that is asked for a scorer") }
    func erase(_ user: UserIndex) -> Int { 0 }
    func expireItems(where isOutdated: (ItemIndex) -> Bool) -> Int { 0 }
    func checkpoint() -> Checkpoint { Checkpoint() }
    func restore(_ checkpoint: Checkpoint) throws {}
}
