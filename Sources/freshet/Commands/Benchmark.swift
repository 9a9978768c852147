import ArgumentParser
import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor

/// `freshet benchmark`.
struct Benchmark: FreshetCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure the speed of this machine: products of matrices, training steps, recommendations.",
        discussion: """
            Without data it makes an event log of the size of MovieLens 1M. Every model is trained once, those with \
            epochs for one.

              freshet benchmark --json
              freshet benchmark --data events.tsv --model sequence-transformer --model ease --threads 1
            """
    )

    @Option(help: ArgumentHelp("The event log; one is made up unless given.", valueName: "path"))
    var data: String?

    @Option(name: .customLong("model"), help: "A model to measure; may come more than once.")
    var models: [String] = ["sequence-transformer", "co-visitation"]

    @Option(help: "The preset of the models.")
    var preset: String?

    @Option(help: "Users of the log that is made up.")
    var users = 6040

    @Option(help: "Items of the log that is made up.")
    var items = 3416

    @Option(help: "Events a user of the log that is made up.")
    var events = 164

    @Option(help: "How many items a user are recommended.")
    var count = 100

    @OptionGroup var reading: ReadingOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        let limits = [("users", users, 10_000_000), ("items", items, 1_000_000), ("events", events, 100_000)]
        for (name, value, most) in limits where !(1...most).contains(value) {
            throw ValidationError("--\(name) is \(value), but must be in 1...\(most).")
        }
        guard count > 0 else { throw ValidationError("--count is \(count), but must be 1 or more.") }
    }

    func execute(_ console: Console) throws {
        let descriptions = try models.map(ModelRegistry.model(named:))
        let dataset = try data.map { try reading.read($0, console).dataset } ?? madeUp()
        let pool = common.makePool()
        console.note("Measuring products of matrices.")
        let report = BenchmarkReport(
            threads: pool.threads,
            users: dataset.users.count,
            items: dataset.items.count,
            events: dataset.histories.eventCount,
            peakGigaflops: PeakSpeed.gigaflops(pool: pool),
            models: try descriptions.map { try measure($0, dataset, pool, console) },
            peakMemoryBytes: PeakMemory.bytes
        )
        try console.result(report) { report.words }
    }

    /// Events at random, some items far more popular than others.
    private func madeUp() -> Dataset {
        var random = RandomSource.stream(seed: common.seed, 0xBE7C)
        let chosen = (0..<users * events).map { _ in
            let share = random.uniform()
            return ItemIndex(min(Int(share * share * Float(items)), items - 1))
        }
        return Dataset(
            users: IdentifierTable((0..<users).lazy.map { "user\($0)" }),
            items: IdentifierTable((0..<items).lazy.map { "item\($0)" }),
            histories: Histories(offsets: (0...users).map { $0 * events }, items: chosen)
        )
    }

    private func measure(
        _ model: ModelDescription,
        _ dataset: Dataset,
        _ pool: ThreadPool,
        _ console: Console
    ) throws -> ModelSpeed {
        let data = TrainingData(dataset: dataset)
        let full = try model.makeLearner(preset: preset, data: data)
        let limits = TrialBudget(configuration: JSONValue(text: model.configurationJSON(of: full)), data: data).shortest
        let learner = try model.makeLearner(preset: preset, overrides: limits, data: data)
        let steps = StepClock()
        let run = TrainingRun(
            description: model,
            data: data,
            seed: common.seed,
            pool: pool,
            console: console,
            observe: steps.update
        )
        let outcome = try run.train(learner)
        let contexts = (0..<dataset.users.count).map { user in
            ScoringContext(user: UserIndex(user), history: dataset.histories[UserIndex(user)])
        }
        let recommender = BatchRecommender(scorer: outcome.scorer, pool: pool)
        // The first call pays for pages that the others find in place.
        _ = recommender.recommend(contexts: Array(contexts.prefix(256)), count: count, excludingSeen: true)
        let began = ProgressReporter.now()
        _ = recommender.recommend(contexts: contexts, count: count, excludingSeen: true)
        let seconds = ProgressReporter.now() - began
        return ModelSpeed(
            model: model.name,
            trainSeconds: outcome.trainSeconds,
            epochSeconds: outcome.epochs.first?.seconds,
            stepMilliseconds: steps.median.map { $0 * 1000 },
            eventsPerSecond: Double(dataset.histories.eventCount)
                / (outcome.epochs.first?.seconds ?? outcome.trainSeconds),
            usersPerSecond: Double(contexts.count) / seconds
        )
    }
}

/// What `freshet benchmark` reports.
private struct BenchmarkReport: Encodable {
    let threads: Int
    let users: Int
    let items: Int
    let events: Int
    let peakGigaflops: Double
    let models: [ModelSpeed]
    let peakMemoryBytes: Int

    var words: String {
        var table = ConsoleTable(header: ["model", "training", "step", "events/s", "users/s"])
        for model in models {
            table.rows.append([
                model.model,
                Words.duration(model.trainSeconds),
                model.stepMilliseconds.map { "\(Words.decimal($0, 1)) ms" } ?? "–",
                Words.count(Int(model.eventsPerSecond)),
                Words.count(Int(model.usersPerSecond)),
            ])
        }
        return """
            \(threads) threads; \(Words.count(events)) events of \(Words.count(users)) users on \(Words.count(items)) items
            products of Float32 matrices: \(Words.decimal(peakGigaflops, 0)) GFLOP/s
            peak memory: \(Words.bytes(peakMemoryBytes))

            \(table.text)
            """
    }
}

/// The speed of one model.
private struct ModelSpeed: Encodable {
    let model: String
    let trainSeconds: Double
    let epochSeconds: Double?
    let stepMilliseconds: Double?
    let eventsPerSecond: Double
    let usersPerSecond: Double
}
