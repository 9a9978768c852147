import Foundation
import FreshetCore
import FreshetData
import FreshetEngine
import FreshetEvaluation
import FreshetModels
import FreshetNN
import FreshetStorage
import FreshetTensor
import Logging

/// Erases users from an engine of its own and looks for what is left of them, in its store and in the weights.
///
/// The engine's log gets the events of a data set; a model trained from it is the twin that never saw a canary. Then canaries come,
/// a second model learns from all, the engine erases them by the code that answers `DELETE /v1/users/{id}`, and a third
/// learns from what its log holds then.
struct ErasureTrial {
    let model: FoldModel
    let dataset: Dataset
    /// How many canaries are erased, and how many that nobody ever saw they are compared with.
    let count: Int
    let seed: UInt64
    let pool: ThreadPool
    let console: Console

    /// Trains, erases, trains again and compares.
    /// - Throws: ``FreshetError`` where the model does not suit the data, or when stopped.
    func report() async throws -> ErasureReport {
        let folder = NSTemporaryDirectory() + "freshet-audit-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let engine = try await engine(in: folder)
        var random = RandomSource.stream(seed: seed, 0xCA7A)
        let canaries = Canaries(count, prefix: "canary", of: dataset, random: &random)
        let strangers = Canaries(count, prefix: "stranger", of: dataset, random: &random)
        guard canaries.length > 1 else {
            throw FreshetError(.invalidData, "The data have fewer than two items, so nobody can be told from others.")
        }
        let stream = ReplayStream(dataset)
        try await send(stream.count, to: engine) { stream[$0] }
        let withoutAny = try engine.trainingData()
        let twin = try scorer(withoutAny, "that never saw them")

        let events = canaries.events(of: dataset)
        try await send(events.count, to: engine) { events[$0] }
        let withThem = try engine.trainingData()
        let before = try scorer(withThem, "that saw them")

        var (rows, left) = (0, 0)
        for name in canaries.names { rows += try await engine.eraseUser(name).rows }
        for name in canaries.names {
            let isKnown = try await !engine.history(of: name, limit: 1).isEmpty
            if isKnown { left += 1 }
        }
        let withoutThem = try engine.trainingData()
        let after = try scorer(withoutThem, "trained after the erasure")
        await engine.shutDown()

        func test(_ scorer: any Scorer, _ data: TrainingData) -> MembershipTest {
            MembershipTest(
                members: canaries.ranks(by: scorer, on: data, pool: pool),
                others: strangers.ranks(by: scorer, on: data, pool: pool)
            )
        }
        return ErasureReport(
            model: model.title,
            seed: seed,
            canaries: count,
            length: canaries.length,
            events: withoutAny.dataset.histories.eventCount + withoutAny.validation.count,
            erasedRows: rows,
            left: left,
            before: test(before, withThem),
            after: test(after, withoutThem),
            twin: TwinDistance(of: after.checkpoint(), to: twin.checkpoint()),
            trained: TwinDistance(of: before.checkpoint(), to: twin.checkpoint())
        )
    }

    /// An engine that neither learns nor trains by itself.
    private func engine(in folder: String) async throws -> Engine {
        var settings = EngineConfiguration(folder: folder)
        settings.seed = seed
        settings.events = dataset.meanings
        settings.learning.isEnabled = false
        settings.retraining.isEnabled = false
        settings.language.encoder = "none"
        settings.language.composer = "none"
        // All that is to be erased is to be there before.
        settings.retention.days = 0
        var logger = Logger(label: "freshet.audit")
        logger.logLevel = .error
        return try await Engine(configuration: settings, store: SQLiteStore.temporary(), logger: logger)
    }

    private func send(_ count: Int, to engine: Engine, _ event: (Int) -> Event) async throws {
        let batch = engine.configuration.ingest.maximumBatch
        for start in stride(from: 0, to: count, by: batch) {
            let events = (start..<min(start + batch, count)).map(event)
            let answer = try await engine.accept(events)
            guard let refusal = answer.rejected.first else { continue }
            throw FreshetError(
                .invalidData,
                "The engine refuses \(answer.rejected.count) of the events, the first because \(refusal.error).",
                remedy: "Mend the data, or leave these out by --from and --until."
            )
        }
    }

    private func scorer(_ data: TrainingData, _ what: String) throws -> any Scorer {
        let run = TrainingRun(
            description: model.description,
            title: "\(model.title), \(what)",
            data: data,
            seed: seed,
            pool: pool,
            console: console
        )
        return try run.train(
            model.description.makeLearner(preset: model.preset, overrides: model.overrides, data: data)
        ).scorer
    }
}

/// How far the weights of two models are apart.
struct TwinDistance: Encodable {
    /// Whether every number of both is the same, to the bit.
    let isIdentical: Bool
    /// The length of the difference as a share of the other's length, over the arrays of numbers that both have in one shape.
    let distance: Double
    /// How many arrays are of different shapes, or only in one of both.
    let unlike: Int

    enum CodingKeys: String, CodingKey {
        case distance, unlike
        case isIdentical = "identical"
    }

    /// Compares.
    init(of checkpoint: Checkpoint, to twin: Checkpoint) {
        isIdentical = checkpoint.arrays == twin.arrays
        var (difference, length, unlike) = (0.0, 0.0, 0)
        for name in Set(checkpoint.arrays.keys).union(twin.arrays.keys) {
            guard let own = checkpoint.arrays[name], let other = twin.arrays[name], own.shape == other.shape else {
                unlike += 1
                continue
            }
            guard let own = Self.numbers(of: own), let other = Self.numbers(of: other) else { continue }
            for (one, two) in zip(own, other) {
                difference += (one - two) * (one - two)
                length += two * two
            }
        }
        distance = difference == 0 ? 0 : (difference / max(length, .leastNormalMagnitude)).squareRoot()
        self.unlike = unlike
    }

    private static func numbers(of array: StoredArray) -> [Double]? {
        if let numbers = array.numbers(of: Float.self) { return numbers.map(Double.init) }
        if let numbers = array.numbers(of: Double.self) { return numbers }
        return array.numbers(of: Int32.self)?.map(Double.init)
    }
}
