import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN
import FreshetTensor

/// What every model of the registry must keep, whatever it does inside.
public struct RecommenderContract {
    /// One promise.
    public enum Rule: String, CaseIterable, Sendable {
        /// A planted pattern is found: users are recommended what their group likes.
        case findsPlantedPattern
        /// The same for users the model never saw, from their history alone.
        case servesUnknownUsers
        /// Items of the history are left out when asked so, and lists hold all the rest, best first, no more.
        case leavesOutSeenItems
        /// No history, one event, one item in the catalogue: finite scores.
        case servesThinData
        /// Data without events give an error of ours or finite scores.
        case survivesNoEvents
        /// The same seed gives the same scores.
        case isDeterministic
        /// A checkpoint and the configuration's JSON restore equal scores.
        case restoresFromCheckpoint
        /// A checkpoint with an array missing, cut or of another type is refused as invalid data.
        case refusesDamagedCheckpoint
        /// Many contexts at once are scored as one by one.
        case scoresBatchesAlike
        /// Similarities are finite for every item.
        case givesFiniteSimilarities
    }

    private let model: ModelDescription
    private let preset: String?
    private let overrides: [String: String]
    private let compression: Compression?

    /// Takes a model with settings, made smaller after its training if that is asked for.
    public init(
        _ model: ModelDescription,
        preset: String? = nil,
        overrides: [String: String] = [:],
        compression: Compression? = nil
    ) {
        self.compression = compression
        self.model = model
        self.preset = preset
        self.overrides = overrides
    }

    /// How the model breaks a rule, in words; `nil` when it keeps it.
    public func violation(of rule: Rule) throws -> String? {
        switch rule {
        case .findsPlantedPattern: try plantedPattern(known: true)
        case .servesUnknownUsers: try plantedPattern(known: false)
        case .leavesOutSeenItems: try seenItems()
        case .servesThinData: try thinData()
        case .survivesNoEvents: try noEvents()
        case .isDeterministic: try determinism()
        case .restoresFromCheckpoint: try restoration()
        case .refusesDamagedCheckpoint: try damage()
        case .scoresBatchesAlike: try batches()
        case .givesFiniteSimilarities: try similarities()
        }
    }

    private let pool = ThreadPool(threads: 2)

    private func fitted(_ data: TrainingData) throws -> (scorer: any Scorer, configuration: String) {
        // A model that reads needs something to read: what group an item is of.
        let data =
            switch model.name {
            case TextRanker.name: TrainingData(dataset: SyntheticData.described(data.dataset))
            case _ where model.needsContent:
                TrainingData(dataset: data.dataset, content: SyntheticData.content(of: data))
            default: data
            }
        var learner = try model.makeLearner(preset: preset, overrides: overrides, data: data)
        try learner.fit(data, session: TrainingSession(seed: 7, pool: pool))
        let scorer =
            try compression?.applied(to: learner.makeScorer(), named: model.name, on: data, seed: 7)
            ?? learner.makeScorer()
        return (scorer, model.configurationJSON(of: learner))
    }

    private func contexts(of data: TrainingData) -> [ScoringContext] {
        (0..<data.histories.userCount).map {
            ScoringContext(user: UserIndex($0), history: data.histories[UserIndex($0)])
        }
    }

    private func plantedPattern(known: Bool) throws -> String? {
        let groups = 2
        let data = SyntheticData.groups(groups: groups)
        let scorer = try fitted(data).scorer
        let asked = contexts(of: known ? data : SyntheticData.groups(groups: groups, seed: 99))
            .map { ScoringContext(user: known ? $0.user : nil, history: $0.history) }
        let lists = BatchRecommender(scorer: scorer, pool: pool).recommend(
            contexts: asked,
            count: 1,
            excludingSeen: true
        )
        if model.name == Popularity.name {
            // The same for everybody: the best is the most frequent item, seen or not.
            let counts = data.histories.items.reduce(into: [Int](repeating: 0, count: data.itemCount)) {
                $0[$1.position] += 1
            }
            let best = BatchRecommender(scorer: scorer, pool: pool)
                .recommend(contexts: asked, count: 1, excludingSeen: false)
            let wrong = best.count { $0.isEmpty || counts[$0[0].item.position] != counts.max() }
            return wrong == 0 ? nil : "\(wrong) users are not recommended the most popular item"
        }
        let right = zip(0..., lists).count { user, list in
            list.first.map { $0.item.position % groups == user % groups } ?? false
        }
        return right * 10 >= lists.count * 8 ? nil : "only \(right) of \(lists.count) users get an item of their group"
    }

    private func seenItems() throws -> String? {
        let data = SyntheticData.groups()
        let recommender = BatchRecommender(scorer: try fitted(data).scorer, pool: pool)
        let contexts = contexts(of: data)
        let V = data.itemCount
        for (context, list) in zip(
            contexts,
            recommender.recommend(contexts: contexts, count: V + 5, excludingSeen: true)
        ) {
            let seen = Set(context.history.items)
            guard seen.isDisjoint(with: list.map(\.item)) else { return "a seen item is recommended" }
            guard Set(list.map(\.item)).count == V - seen.count, list.count == V - seen.count else {
                return "\(list.count) items are listed of \(V - seen.count)"
            }
            guard zip(list, list.dropFirst()).allSatisfy({ $0.score >= $1.score }) else { return "a list is unsorted" }
        }
        let all = recommender.recommend(contexts: contexts, count: V + 5, excludingSeen: false)
        return all.allSatisfy { $0.count == V } ? nil : "a list with seen items is not the whole catalogue"
    }

    private func thinData() throws -> String? {
        let full = SyntheticData.groups()
        let one = TrainingData(dataset: SyntheticData.dataset([[0]], values: [[4]]))
        let short = TrainingData(
            dataset: SyntheticData.dataset([[0], [1, 0, 2], [2, 1], []], values: [[4], [3, 5, 1], [2, 2], []])
        )
        for data in [full, short, one] {
            let scorer = try fitted(data).scorer
            guard scorer.itemCount == data.itemCount else { return "\(scorer.itemCount) items of \(data.itemCount)" }
            let last = ItemIndex(data.itemCount - 1)
            let asked =
                contexts(of: data) + [
                    ScoringContext(user: nil, history: History(items: [])),
                    ScoringContext(user: nil, history: History(items: [last])),
                    ScoringContext(user: nil, history: History(items: [last, last, last], values: [1, 1, 1])),
                    ScoringContext(user: UserIndex(0), history: History(items: [])),
                ]
            for context in asked where !scorer.scores(for: context).allSatisfy(\.isFinite) {
                return "\(context.history.count) events of \(data.itemCount) items: a score is not finite"
            }
        }
        return nil
    }

    private func noEvents() throws -> String? {
        let data = TrainingData(dataset: SyntheticData.dataset([[], []], itemCount: 3))
        do {
            let scores = try fitted(data).scorer.scores(for: ScoringContext(user: nil, history: History(items: [])))
            return scores.count == 3 && scores.allSatisfy(\.isFinite) ? nil : "the scores are \(scores)"
        } catch is FreshetError {
            return nil
        }
    }
}

extension RecommenderContract {
    private func determinism() throws -> String? {
        let data = SyntheticData.groups()
        let (first, second) = (try fitted(data).scorer, try fitted(data).scorer)
        for context in contexts(of: data) where first.scores(for: context) != second.scores(for: context) {
            return "two runs with one seed score differently"
        }
        return nil
    }

    private func restoration() throws -> String? {
        let data = SyntheticData.groups()
        let (scorer, configuration) = try fitted(data)
        let restored = try model.restoreScorer(from: scorer.checkpoint(), configurationJSON: configuration)
        for context in contexts(of: data) + [ScoringContext(user: nil, history: data.histories[UserIndex(0)])]
        where scorer.scores(for: context) != restored.scores(for: context) {
            return "the restored scorer scores differently"
        }
        return restored.checkpoint() == scorer.checkpoint() ? nil : "the restored scorer's checkpoint differs"
    }

    private func damage() throws -> String? {
        let (scorer, configuration) = try fitted(SyntheticData.groups())
        let whole = scorer.checkpoint()
        for (name, array) in whole.arrays {
            var missing = whole
            missing.arrays[name] = nil
            var cut = whole
            let rest = (array.shape.first ?? 0) - 1
            let rowSize = array.shape.dropFirst().reduce(array.elementType.size, *)
            if rest >= 0 {
                cut.arrays[name] = StoredArray(
                    elementType: array.elementType,
                    shape: [rest] + array.shape.dropFirst(),
                    bytes: array.bytes.prefix(rest * rowSize)
                )
            }
            var mistyped = whole
            mistyped.arrays[name] = StoredArray(
                elementType: .uint8,
                shape: [array.bytes.count],
                bytes: array.bytes
            )
            for (damage, checkpoint) in [("missing", missing), ("cut", cut), ("mistyped", mistyped)] {
                // A single array that says how long the catalogue is may be cut without being wrong.
                if damage == "cut", whole.arrays.count == 1 || rest < 0 { continue }
                do {
                    _ = try model.restoreScorer(from: checkpoint, configurationJSON: configuration)
                    return "a checkpoint with '\(name)' \(damage) is accepted"
                } catch let error as FreshetError where error.kind == .invalidData {}
            }
        }
        return nil
    }

    private func batches() throws -> String? {
        let data = SyntheticData.groups()
        let scorer = try fitted(data).scorer
        let contexts = contexts(of: data) + [ScoringContext(user: nil, history: History(items: []))]
        var together = [Float](repeating: .nan, count: contexts.count * scorer.itemCount)
        together.withUnsafeMutableBufferPointer { scorer.score(contexts[...], into: $0) }
        for (row, context) in contexts.enumerated() {
            for (item, score) in scorer.scores(for: context).enumerated() {
                let other = together[row * scorer.itemCount + item]
                guard abs(score - other) <= 1e-4 * max(1, abs(score)) else {
                    return "context \(row), item \(item): \(score) alone, \(other) in a batch"
                }
            }
        }
        return nil
    }

    private func similarities() throws -> String? {
        let data = SyntheticData.groups()
        let scorer = try fitted(data).scorer
        for item in 0..<data.itemCount {
            var scores = [Float](repeating: .nan, count: data.itemCount)
            scores.withUnsafeMutableBufferPointer { scorer.similarities(to: ItemIndex(item), into: $0) }
            guard scores.allSatisfy(\.isFinite) else { return "a similarity to item \(item) is not finite" }
        }
        return nil
    }
}
