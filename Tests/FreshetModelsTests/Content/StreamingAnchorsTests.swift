import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetModels

/// A transformer that reads goes on reading in a stream.
@Suite struct StreamingAnchorsTests {
    private static let (items, width) = (24, 4)
    private let pool = ThreadPool(threads: 1)

    /// A vector near the axis of an item's group, of length 1.
    private func vector(group: Int, _ random: inout RandomSource) -> [Float] {
        let numbers = (0..<Self.width).map { ($0 == group ? 1 : 0) + 0.1 * random.normal() }
        let length = numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return numbers.map { $0 / length }
    }

    /// Items of two groups in turn; those from `items` on came after the training.
    private func vectors(_ count: Int, encoder: String = "made") -> ItemVectors {
        var random = RandomSource(seed: 3)
        let numbers = (0..<count).flatMap { vector(group: $0 % 2, &random) }
        return ItemVectors(encoder: encoder, width: Self.width)
            .replacing((0..<count).map { ItemIndex($0) }, with: numbers, on: pool)
    }

    /// A transformer that was trained near what is said of its items.
    private func scorer(_ change: (inout SequenceTransformer.Configuration) -> Void = { _ in }) throws -> any Scorer {
        var configuration = SequenceTransformer.Configuration()
        (configuration.channels, configuration.blocks, configuration.maximumLength) = (8, 1, 8)
        (configuration.relativePositions, configuration.batchSize, configuration.epochs) = (4, 16, 12)
        (configuration.learningRate, configuration.averaging) = (0.02, 0)
        (configuration.loss, configuration.negatives) = (.sampledSoftmax, 12)
        change(&configuration)
        var model = SequenceTransformer(configuration: configuration)
        try model.fit(
            SyntheticData.groups(users: 60, items: Self.items).reading(vectors(Self.items)),
            session: TrainingSession(pool: pool)
        )
        return model.makeScorer()
    }

    private func learner(_ scorer: any Scorer) throws -> OnlineSequenceTransformer {
        var settings = OnlineLearning.Settings()
        (settings.learningRate, settings.fullBatch, settings.warmUpEvents) = (0.05, 1, 0)
        (settings.averaging, settings.distillation) = (0, 0)
        return try OnlineSequenceTransformer(scorer: scorer, configuration: settings, seed: 1, pool: pool)
    }

    private func batch(_ items: [Int]) -> [StreamEvent] {
        items.enumerated().map { place, item in
            let event = LoggedEvent(
                offset: Int64(place + 1),
                user: UserIndex(place),
                item: ItemIndex(item),
                type: 0,
                time: Timestamp(seconds: Int64(place))
            )
            let history = History(items: [ItemIndex(0), ItemIndex(2)], times: [0, 0])
            return StreamEvent(event: event, history: history, isNewItem: false)
        }
    }

    private func table(_ scorer: any Scorer) throws -> [[Float]] {
        let rows = try scorer.checkpoint().numbers("items", of: Float.self)
        return stride(from: 0, to: rows.count, by: 8).map { Array(rows[$0..<$0 + 8]) }
    }

    /// The length of what an item's vector has beside the anchor.
    private func own(_ row: [Float], _ anchor: [Float]) -> Float {
        let padded = anchor + Array(repeating: 0, count: row.count - anchor.count)
        return zip(row, padded).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }

    @Test func newItemsStartWhereTheirWordsPutThem() throws {
        let learner = try learner(scorer())
        let vectors = vectors(Self.items + 2)
        learner.read(vectors)
        learner.learn(batch([2]))
        #expect(learner.itemCount == Self.items + 2)
        let scorer = learner.makeScorer()
        let rows = try table(scorer)
        for item in Self.items..<Self.items + 2 {
            #expect(own(rows[item], vectors.vector(of: ItemIndex(item))) < 1e-5)
        }
        // Who took items of the first group is offered the new one of that group.
        let history = History(items: [ItemIndex(0), ItemIndex(4), ItemIndex(6), ItemIndex(8)])
        let scores = scorer.scores(for: ScoringContext(user: nil, history: history))
        #expect(scores[Self.items] > scores[Self.items + 1])
    }

    /// Vectors of another encoder lie in another space: what they say would be noise.
    @Test(arguments: ["another", "none"]) func vectorsOfAnotherEncoderAreNotRead(encoder: String) throws {
        let learner = try learner(scorer { $0.contentBound = encoder == "none" ? 0 : 0.5 })
        let vectors = vectors(Self.items + 2, encoder: encoder == "none" ? "made" : encoder)
        learner.read(vectors)
        learner.learn(batch([Self.items + 1]))
        let rows = try table(learner.makeScorer())
        #expect(own(rows[Self.items], vectors.vector(of: ItemIndex(Self.items))) > 0.1)
    }

    @Test(arguments: SequenceTransformer.Loss.allCases)
    func ownPartsStayBounded(loss: SequenceTransformer.Loss) throws {
        let learner = try learner(scorer { $0.loss = loss })
        let vectors = vectors(Self.items + 2)
        learner.read(vectors)
        for _ in 0..<40 { learner.learn(batch([2, 5, Self.items])) }
        let rows = try table(learner.makeScorer())
        let lengths = rows.indices.map { own(rows[$0], vectors.vector(of: ItemIndex($0))) }
        #expect(lengths.allSatisfy { $0 <= 0.501 } && lengths[2] > 0.1 && lengths[Self.items] > 0.1)
        // Nobody chose it, however often it was a negative.
        #expect(lengths[Self.items + 1] < 1e-5)
    }

    @Test func whoseVectorsItReadsIsKept() throws {
        let trained = try scorer()
        let configuration = try #require(trained as? SequenceScorer).configuration
        let copy = try SequenceTransformer.restoreScorer(from: trained.checkpoint(), configuration: configuration)
        let learner = try learner(copy)
        learner.read(vectors(Self.items + 2))
        learner.learn(batch([2]))
        let served = try #require(learner.makeScorer() as? SequenceScorer)
        #expect(served.itemCount == Self.items + 2 && served.encoder == "made")
    }
}
