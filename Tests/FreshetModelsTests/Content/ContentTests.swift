import FreshetCore
import FreshetData
import FreshetLanguage
import FreshetNN
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetModels

@Suite struct ContentTests {
    private let session = TrainingSession(pool: ThreadPool(threads: 2))

    /// Two groups of items by content; of each group the last item has no event, and one item says nothing.
    private func data(content: Bool = true) -> TrainingData {
        let data = SyntheticData.groups(users: 60, items: 24)
        var dataset = data.dataset
        dataset.items = IdentifierTable((0..<27).map { "item \($0)" })
        dataset.itemDetails = (0..<27).map { Item(id: "item \($0)", title: $0 == 26 ? nil : "thing", categories: []) }
        var random = RandomSource(seed: 4)
        let vectors = (0..<27).flatMap { item -> [Float] in
            item == 26 ? [0, 0, 0, 0] : (0..<4).map { ($0 == item % 2 ? 1 : 0) + 0.2 * random.normal() }
        }
        let known = ItemContent(encoder: "made", width: 4, vectors: vectors)
        return TrainingData(dataset: dataset, validation: data.validation, content: content ? known : nil)
    }

    private func transformer(_ change: (inout SequenceTransformer.Configuration) -> Void = { _ in })
        -> SequenceTransformer.Configuration
    {
        var configuration = SequenceTransformer.Configuration()
        configuration.channels = 8
        configuration.blocks = 1
        configuration.maximumLength = 16
        configuration.relativePositions = 8
        configuration.batchSize = 16
        configuration.epochs = 8
        configuration.learningRate = 0.02
        configuration.averaging = 0
        change(&configuration)
        return configuration
    }

    // MARK: The space

    @Test func theSpaceIsCentredAndWhitened() {
        var random = RandomSource(seed: 1)
        // A narrow cone: all vectors near one direction, one axis three times as spread as the others.
        let vectors = (0..<400).flatMap { _ in
            [5 + 3 * random.normal(), 5 + random.normal(), 5 + random.normal()]
        }
        let content = ItemContent(encoder: "x", width: 3, vectors: vectors)
        func spread(_ power: Double) -> [Float] {
            let space = ContentSpace(content, width: 3, power: power, isFitted: { _ in true })
            return (0..<3).map { axis in
                (0..<400).reduce(0) { $0 + space.vectors[$1 * 3 + axis] * space.vectors[$1 * 3 + axis] }
            }
        }
        let (none, half, all) = (spread(0), spread(0.5), spread(1))
        #expect(none[0] > half[0] && half[0] > all[0])
        #expect(abs(all[0] / all[2] - 1) < 0.35)
        let wide = ContentSpace(content, width: 5, power: 1, isFitted: { _ in true })
        #expect(wide.vectors.count == 2000 && wide.vectors.allSatisfy { $0.isFinite })
        #expect((0..<400).allSatisfy { wide.vectors[$0 * 5 + 3] == 0 && wide.vectors[$0 * 5 + 4] == 0 })
    }

    @Test func whatSaysNothingStaysZero() {
        let content = ItemContent(encoder: "x", width: 2, vectors: [1, 0, 0, 0, 0, 1, 1, 1])
        let space = ContentSpace(content, width: 2, power: 0.5, isFitted: { _ in false })
        #expect(Array(space.vectors[2..<4]) == [0, 0])
        #expect(space.vectors.allSatisfy { $0.isFinite })
    }

    // MARK: Likeness

    @Test func itemsWithoutEventsAreRecommendedByTheirContent() throws {
        var model = ContentSimilarity(configuration: .init())
        try model.fit(data(), session: session)
        let scores = model.makeScorer().scores(
            for: ScoringContext(user: nil, history: History(items: [ItemIndex(0), ItemIndex(2)]))
        )
        #expect(scores[24] > scores[25] + 0.5)
        #expect(scores[26] == 0)
    }

    @Test(arguments: ModelRegistry.builtIn.filter(\.needsContent).map(\.name))
    func withoutContentItSaysWhatToDo(name: String) throws {
        var model = try ModelRegistry.model(named: name).makeLearner(overrides: [:], data: data())
        let error = #expect(throws: FreshetError.self) { try model.fit(data(content: false), session: session) }
        #expect(error?.remedy?.contains("--catalogue") == true && error?.message.contains(name) == true)
    }

    // MARK: Counts that read

    private func follows(_ change: (inout ContentCoVisitation.Configuration) -> Void = { _ in }) throws -> [Float] {
        // Item 1 follows item 0, often; 2 is like 0 and 3 like 1, and nobody chose either; 4 is like nothing.
        let dataset = SyntheticData.dataset(Array(repeating: [0, 1], count: 8), itemCount: 5)
        let (near, far) = (0.9 / Float(0.82).squareRoot(), 0.1 / Float(0.82).squareRoot())
        let vectors: [Float] = [1, 0, 0, 0, 1, 0, near, far, 0, far, near, 0, 0, 0, 1]
        let content = ItemContent(encoder: "made", width: 3, vectors: vectors, isProjected: true)
        var configuration = ContentCoVisitation.Configuration()
        configuration.width = 3
        (configuration.counts.sourceDamping, configuration.counts.targetDamping) = (0, 0)
        (configuration.counts.backward, configuration.sharpness) = (0, 1)
        change(&configuration)
        var model = ContentCoVisitation(configuration: configuration)
        try model.fit(TrainingData(dataset: dataset, content: content), session: session)
        return model.makeScorer().scores(for: ScoringContext(user: nil, history: History(items: [ItemIndex(0)])))
    }

    /// By hand: 8 pairs, and what is like item 1 is answered at its cosine c = .9 / √.82.
    @Test func countsAreSpreadOverWhatIsAlike() throws {
        let cosine: Float = 0.9 / Float(0.82).squareRoot()
        let scores = try follows()
        #expect(abs(scores[1] - 8) < 1e-3 && abs(scores[3] - 8 * cosine) < 1e-3)
        #expect(scores[2] < 1 && scores[4] == 0)
        let sharper = try follows { $0.sharpness = 4 }
        #expect(abs(sharper[3] / (8 * exponential(4 * logarithm(cosine))) - 1) < 1e-3)
        #expect(try follows { $0.likes = 0 } == [0, 8, 0, 0, 0])
    }

    // MARK: The transformer

    private func table(_ configuration: SequenceTransformer.Configuration, _ data: TrainingData) throws -> [[Float]] {
        var model = SequenceTransformer(configuration: configuration)
        try model.fit(data, session: session)
        let rows = try model.makeScorer().checkpoint().numbers("items", of: Float.self)
        return (0..<data.itemCount).map { Array(rows[$0 * configuration.channels..<($0 + 1) * configuration.channels]) }
    }

    @Test(arguments: SequenceTransformer.Loss.allCases)
    func ownPartsAreBounded(loss: SequenceTransformer.Loss) throws {
        let data = data()
        let configuration = transformer {
            $0.loss = loss
            $0.negatives = 8
            // Steps that leave the bound at once where nothing holds them.
            $0.learningRate = 0.1
            $0.warmUpSteps = 0
        }
        let anchors = ContentSpace(
            try #require(data.content),
            width: 8,
            power: configuration.contentWhitening,
            isFitted: { $0 < 24 }
        ).vectors
        let rows = try table(configuration, data)
        let own = (0..<26).map { item -> Float in
            let distances = rows[item].enumerated().map { $0.element - anchors[item * 8 + $0.offset] }
            return distances.reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
        #expect(own[..<24].allSatisfy { $0 <= 0.501 } && own[..<24].contains { $0 > 0.1 })
        // Nobody chose these.
        #expect(own[24] < 1e-5 && own[25] < 1e-5)
    }

    @Test func anItemWithoutEventsGoesWithItsGroup() throws {
        var model = SequenceTransformer(configuration: transformer { $0.epochs = 30 })
        try model.fit(data(), session: session)
        let scores = model.makeScorer().scores(
            for: ScoringContext(
                user: nil,
                history: History(items: [ItemIndex(0), ItemIndex(2), ItemIndex(4), ItemIndex(6)])
            )
        )
        #expect(scores[24] > scores[25])
    }

    @Test func aBoundOfZeroLearnsByEventsAlone() throws {
        let configuration = transformer { $0.contentBound = 0 }
        let (with, without) = (try table(configuration, data()), try table(configuration, data(content: false)))
        #expect(with == without)
    }

    @Test func denseDataLearnByEventsAlone() {
        let sparse = SequenceTransformer.recommendedConfiguration(for: data())
        #expect(sparse.contentBound == 0.5)
        let dense = SyntheticData.groups(users: 60, items: 4)
        #expect(SequenceTransformer.recommendedConfiguration(for: dense).contentBound == 0)
    }

    // MARK: Together

    @Test func aHybridReadsWhereThereIsSomethingToRead() {
        let names = { (data: TrainingData) in Hybrid.recommendedConfiguration(for: data).parts.map(\.model) }
        #expect(names(data()) == ["sequence-transformer", "co-visitation", "content", "content-co-visitation"])
        #expect(names(data(content: false)) == ["sequence-transformer", "co-visitation"])
    }

    @Test func contentIsReadFromItems() {
        let items = [Item(id: "a", title: "red lamp"), Item(id: "b"), Item(id: "c", title: "red lamp")]
        let encoder = LightEncoder(learning: ["red lamp"], on: session.pool)
        let content = ItemContent(of: items, by: encoder, on: session.pool)
        #expect(content.itemCount == 3 && content.encoder == encoder.name)
        #expect(content.isKnown(0) && !content.isKnown(1))
        #expect(content.vectors.prefix(content.width).elementsEqual(content.vectors.suffix(content.width)))
    }
}
