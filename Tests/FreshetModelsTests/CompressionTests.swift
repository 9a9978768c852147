import Foundation
import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor
import FreshetTestSupport
import Testing

@testable import FreshetModels

/// Transformers with fewer bits a number, and with parts left out.
@Suite struct CompressionTests {
    private static let data = SyntheticData.groups()
    private let pool = ThreadPool(threads: 1)

    private static var configuration: SequenceTransformer.Configuration {
        var configuration = SequenceTransformer.Configuration()
        configuration.channels = 32
        configuration.heads = 4
        configuration.maximumLength = 16
        configuration.relativePositions = 8
        configuration.batchSize = 16
        configuration.epochs = 4
        configuration.learningRate = 0.01
        configuration.averaging = 0
        return configuration
    }

    /// A model that was trained a little: all its numbers are other than at first.
    private static let trained: SequenceScorer = {
        var model = SequenceTransformer(configuration: configuration)
        let session = TrainingSession(seed: 3, pool: ThreadPool(threads: 1))
        guard (try? model.fit(data, session: session)) != nil, let scorer = model.makeScorer() as? SequenceScorer
        else { preconditionFailure("the model of the tests cannot be trained") }
        return scorer
    }()

    private var contexts: [ScoringContext] {
        (0..<12).map { ScoringContext(user: nil, history: Self.data.histories[UserIndex($0)]) }
    }

    private func applied(_ compression: Compression, to scorer: any Scorer = trained) throws -> any Scorer {
        try compression.applied(to: scorer, named: "sequence-transformer", on: Self.data, seed: 1)
    }

    private func difference(_ one: any Scorer, _ other: any Scorer) -> Float {
        contexts.map { context in
            zip(one.scores(for: context), other.scores(for: context)).map { abs($0 - $1) }.max() ?? 0
        }
        .max() ?? 0
    }

    // MARK: Fewer bits

    @Test func scoresAreTheProductsOfUsersAndRowsAsTheyWereRounded() throws {
        for precision in CompressedRows.Precision.allCases {
            let scorer = try #require(try applied(Compression(rows: precision)) as? any ItemVectorScorer)
            let rows = scorer.itemVectors(of: (0..<scorer.itemCount).map { ItemIndex($0) })
            let C = scorer.vectorWidth
            var users = [Float](repeating: 0, count: contexts.count * C)
            users.withUnsafeMutableBufferPointer { scorer.userVectors(of: contexts[...], into: $0.baseAddress!) }
            for (user, context) in contexts.enumerated() {
                for (item, score) in scorer.scores(for: context).enumerated() {
                    let product = (0..<C).reduce(0.0) { $0 + Double(users[user * C + $1] * rows[item * C + $1]) }
                    #expect(abs(Double(score) - product) < 1e-3)
                }
            }
        }
    }

    private static let roundings: [(Compression, Float)] = [
        (Compression(rows: .int8), 0.05), (Compression(layers: .int8), 0.3),
        (Compression(rows: .int8, layers: .int8), 0.3), (Compression(rows: .int4), 0.6),
    ]

    @Test(arguments: roundings)
    func roundingChangesScoresLittle(compression: Compression, most: Float) throws {
        let spread = contexts.flatMap { Self.trained.scores(for: $0) }.map(abs).max() ?? 0
        let change = difference(Self.trained, try applied(compression))
        #expect(change > 0 && change < most * spread, "\(change) of \(spread)")
    }

    /// Below is what the rows and layers take; the rest is a few hundred numbers.
    @Test func whatIsKeptIsSmall() throws {
        func bytes(_ scorer: any Scorer, of names: (String) -> Bool) -> Int {
            scorer.checkpoint().arrays.reduce(0) { $0 + (names($1.key) ? $1.value.byteCount : 0) }
        }
        let isRow = { (name: String) in name == "items" || name.hasPrefix("items.") }
        let isLayer = { (name: String) in name.contains(".weight") }
        let whole = Self.trained
        let small = try applied(Compression(rows: .int8, layers: .int8))
        #expect(bytes(small, of: isRow) == whole.itemCount * 34)
        #expect(bytes(small, of: isLayer) * 3 < bytes(whole, of: isLayer))
        #expect(bytes(try applied(Compression(rows: .int4)), of: isRow) == whole.itemCount * 18)
        #expect(small.checkpoint().arrays["items"] == nil && !(small is any VectorScorer))
    }

    @Test(arguments: [
        Compression(rows: .int8, layers: .int8), Compression(rows: .int4), Compression(layers: .int8),
        Compression(rows: .int4, layers: .int8, prunedHeads: 0.5, prunedBlocks: 1),
    ])
    func aSnapshotKeepsIt(compression: Compression) throws {
        let scorer = try applied(compression)
        var encoded = Data()
        scorer.checkpoint().forEachPart { encoded.append(contentsOf: $0) }
        let checkpoint = try Checkpoint(encoded: encoded, requiringChecksum: true)
        let restored = try SequenceTransformer.restoreScorer(from: checkpoint, configuration: Self.configuration)
        #expect(difference(scorer, restored) == 0)
        #expect(restored.checkpoint() == scorer.checkpoint())
        #expect(restored is any CompressedScorer)
    }

    @Test func damagedScalesAndTwoFormsAreRefused() throws {
        let whole = try applied(Compression(rows: .int8)).checkpoint()
        let scales = try #require(whole.arrays["items.scales"])
        var infinite = whole
        var bytes = scales.bytes
        (bytes[0], bytes[1]) = (0x80, 0x7F)
        infinite.arrays["items.scales"] = StoredArray(elementType: .bfloat16, shape: scales.shape, bytes: bytes)
        var twice = whole
        twice.arrays["items"] = Self.trained.checkpoint().arrays["items"]
        for damaged in [infinite, twice] {
            let error = try #require(throws: FreshetError.self) {
                try SequenceTransformer.restoreScorer(from: damaged, configuration: Self.configuration)
            }
            #expect(error.kind == .invalidData)
        }
    }

    @Test func whatWasRoundedCanBeLearnedFurther() throws {
        let scorer = try applied(Compression(rows: .int8, layers: .int8))
        let floats = try #require(scorer as? any CompressedScorer).inFloats()
        #expect(difference(try applied(Compression(layers: .int8), to: floats), scorer) < 1e-3)
        let model = try ModelRegistry.model(named: "sequence-transformer")
        let learner = try #require(
            try model.makeOnlineLearner(
                from: scorer,
                configurationJSON: ConfigurationJSON.encode(Self.configuration),
                settings: OnlineLearning.Settings(),
                seed: 1,
                pool: pool
            )
        )
        #expect(difference(learner.makeScorer(), floats) == 0)
    }

    // MARK: Parts left out

    @Test func theBestOfAllStayAndOneOfEachBlock() {
        #expect(SequencePruning.best([[3, 1, 2], [5, 4]], leavingOut: 0.4) == [[0], [0, 1]])
        #expect(SequencePruning.best([[1, 2], [9, 8]], leavingOut: 0.75) == [[1], [0]])
        #expect(SequencePruning.best([[1, 2], [9, 8]], leavingOut: 0.2) == [[0, 1], [0, 1]])
    }

    /// What says nothing is what goes: heads and channels behind which all weights are zero, and a block without effect.
    @Test func whatHasNoEffectGoesFirst() throws {
        let silenced = SequenceScorer(Self.trained.network, Self.configuration, Self.trained.shape)
        for parameter in silenced.network.parameters.parameters {
            let rows: [Int]
            switch parameter.name {
            case "blocks.0.attention.output.weight": rows = Array(8..<24)
            case "blocks.0.feedForward.contract.weight": rows = Array(0..<32)
            case "blocks.1.attention.output.weight": rows = Array(0..<16)
            case "blocks.1.feedForward.contract.weight": rows = stride(from: 0, to: 64, by: 2).map { $0 }
            default: rows = []
            }
            for row in rows {
                for column in 0..<parameter.columns { parameter.values[row * parameter.columns + column] = 0 }
            }
        }
        let pruned = try #require(
            try applied(Compression(prunedHeads: 0.5, prunedChannels: 0.5), to: silenced) as? SequenceScorer
        )
        let half = TransformerBlock.Width(heads: 2, hidden: 32)
        #expect(pruned.shape.widths == [half, half])
        #expect(difference(pruned, silenced) < 1e-5)
    }

    @Test func aBlockWithoutEffectIsTheOneThatGoes() throws {
        for silent in 0..<2 {
            let silenced = SequenceScorer(Self.trained.network, Self.configuration, Self.trained.shape)
            for parameter in silenced.network.parameters.parameters
            where parameter.name.hasPrefix("blocks.\(silent).")
                && (parameter.name.contains("output.weight") || parameter.name.contains("contract.weight"))
            {
                parameter.values.update(repeating: 0)
            }
            let shorter = try applied(Compression(prunedBlocks: 1), to: silenced)
            #expect(difference(shorter, silenced) < 1e-5)
            #expect((shorter as? SequenceScorer)?.blockCount == 1)
        }
    }

    @Test func whatIsLeftIsKeptAndLearnsOn() throws {
        let pruned = try applied(Compression(prunedHeads: 0.25, prunedChannels: 0.5))
        let restored = try SequenceTransformer.restoreScorer(
            from: pruned.checkpoint(),
            configuration: Self.configuration
        )
        #expect(difference(pruned, restored) == 0)
        let updater = try SequenceUpdater(restored, seed: 1, pool: pool)
        var lesson = Lesson()
        lesson.new.append(Self.data.histories[UserIndex(0)], targets: 4, maximumLength: 16)
        updater.step(lesson, rate: 0.01)
        #expect(difference(updater.makeScorer(), pruned) > 0)
    }

    // MARK: What is refused

    @Test func whatCannotBeMadeSmallerSaysSo() throws {
        let popularity = try ModelRegistry.model(named: "popularity")
        var learner = try popularity.makeLearner(data: Self.data)
        try learner.fit(Self.data, session: TrainingSession(pool: pool))
        let rounded = try applied(Compression(rows: .int8))
        let cases: [(Compression, any Scorer, String)] = [
            (Compression(rows: .int8), learner.makeScorer(), "no item rows"),
            (Compression(prunedHeads: 0.5), learner.makeScorer(), "no heads"),
            (Compression(rows: .int4), rounded, "already"),
            (Compression(prunedBlocks: 1), rounded, "already"),
            (Compression(prunedBlocks: 2), Self.trained, "2 blocks"),
            (Compression(prunedChannels: 1), Self.trained, "below 1"),
            (Compression(prunedBlocks: -1), Self.trained, "cannot be pruned"),
            (Compression(), Self.trained, "Nothing is said"),
        ]
        for (compression, scorer, words) in cases {
            let error = try #require(throws: FreshetError.self) { try applied(compression, to: scorer) }
            #expect(error.kind == .usage && error.message.contains(words), "\(error.message)")
        }
    }
}
