import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetModels

/// A trained model under other numbers says the same of the same items.
@Suite struct RenumberingTests {
    /// Walks through items, carts and views by turns.
    private static let dataset: Dataset = {
        var dataset = SyntheticData.dataset((0..<12).map { user in (0..<8).map { (user + $0) % 10 } })
        dataset.eventTypes = ["view", "cart"]
        dataset.histories.types = dataset.histories.items.indices.map { UInt8($0 % 2) }
        return dataset
    }()

    private static func trained(_ model: ModelDescription) throws -> (scorer: any Scorer, json: String) {
        let data = TrainingData(dataset: dataset)
        let tiny = ["epochs": "1", "channels": "8", "heads": "1", "blocks": "1"]
        var learner = try model.makeLearner(overrides: model.name == SequenceTransformer.name ? tiny : [:], data: data)
        try learner.fit(data, session: TrainingSession(seed: 5, pool: ThreadPool(threads: 1)))
        return (learner.makeScorer(), model.configurationJSON(of: learner))
    }

    /// A system that met the items in the opposite order, one of them not, two others first, and the types crosswise.
    private static let vocabulary: Vocabulary = {
        let vocabulary = Vocabulary()
        for id in ["other", "another"] + (1..<10).reversed().map({ "item \($0)" }) + ["late"] {
            _ = vocabulary.addItem(id)
        }
        for type: EventType in ["cart", "view"] { _ = vocabulary.addEventType(type) }
        return vocabulary
    }()

    @Test(arguments: ModelRegistry.online.map(\.name)) func saysTheSameOfTheSameItems(name: String) throws {
        let model = try ModelRegistry.onlineModel(named: name)
        let (scorer, json) = try Self.trained(model)
        let numbering = Renumbering(from: Self.dataset, to: Self.vocabulary)
        // Two that it does not know, then nine that it does; what comes after them is unknown.
        #expect(numbering.items.count == 11 && numbering.knownItems == 9)
        let renumbered = try #require(try model.renumbered(scorer, configurationJSON: json, by: numbering))
        #expect(renumbered.itemCount == 11)
        func context(_ items: [Int], _ types: [UInt8], from ids: (Int) -> ItemIndex) -> ScoringContext {
            ScoringContext(
                user: nil,
                history: History(
                    items: items.map(ids)[...],
                    times: items.indices.map { Timestamp(seconds: 1_700_000_000 + 3600 * Int64($0)) }[...],
                    types: types[...]
                )
            )
        }
        for items in [[3], [1, 2, 3], [9, 4, 4, 7]] {
            let types = items.indices.map { UInt8($0 % 2) }
            let old = scorer.scores(for: context(items, types) { ItemIndex($0) })
            // Carts are number 0 there, views number 1.
            let new = renumbered.scores(for: context(items, types.map { 1 - $0 }) { ItemIndex(11 - $0) })
            for item in 1..<10 {
                #expect(abs(old[item] - new[11 - item]) <= 1e-5 * max(1, abs(old[item])), "item \(item)")
            }
            #expect(new.allSatisfy(\.isFinite) && abs(new[0] - new[1]) < 1e-5)
        }
        let learner = try model.makeOnlineLearner(
            from: renumbered,
            configurationJSON: json,
            settings: OnlineLearning.Settings(),
            seed: 1,
            pool: ThreadPool(threads: 1)
        )
        #expect(learner?.itemCount == 11)
    }

    @Test func onlyModelsThatGoOnLearningAreRenumbered() throws {
        let model = try ModelRegistry.model(named: "popularity")
        let (scorer, json) = try Self.trained(model)
        #expect(try model.renumbered(scorer, configurationJSON: json, by: Renumbering(items: [0])) == nil)
    }

    @Test func damagedTablesAreRefused() throws {
        let model = ModelRegistry.flagship
        let (scorer, json) = try Self.trained(model)
        #expect(throws: FreshetError.self) {
            try model.renumbered(scorer, configurationJSON: json, by: Renumbering(items: [10]))
        }
    }
}
