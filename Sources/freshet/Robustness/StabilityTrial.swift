import FreshetCore
import FreshetData
import FreshetEvaluation
import FreshetModels
import FreshetTensor

/// Trains a model in several ways and compares the lists that come of them.
struct StabilityTrial {
    private let model: FoldModel
    private let dataset: Dataset
    private let count: Int
    private let asked: [UserIndex]
    private let seed: UInt64
    private let pool: ThreadPool
    private let console: Console

    init(
        model: FoldModel,
        dataset: Dataset,
        count: Int,
        users: Int,
        seed: UInt64,
        pool: ThreadPool,
        console: Console
    ) throws {
        (self.model, self.dataset, self.count) = (model, dataset, count)
        (self.seed, self.pool, self.console) = (seed, pool, console)
        let all = (0..<dataset.users.count).map(UserIndex.init(_:)).filter { dataset.histories[$0].count > 1 }
        guard !all.isEmpty else {
            throw FreshetError(
                .invalidData,
                "No user has two events, so nobody's list can be compared before and after one.",
                remedy: "Give data in which users come back."
            )
        }
        var random = RandomSource.stream(seed: seed, 0x5E7)
        asked = users > 0 && users < all.count ? all.shuffled(using: &random).prefix(users).sorted() : all
    }

    /// Trains and compares.
    func report(seeds: Int, newest: Double) throws -> StabilityReport {
        let first = try scorer(dataset, seed: seed, "seed \(seed)")
        let lists = lists(first)
        var others: [[ItemIndex]] = []
        for other in 1..<seeds {
            let seed = seed + UInt64(other)
            others += self.lists(try scorer(dataset, seed: seed, "seed \(seed)"))
        }
        let earlier = self.lists(first, dropping: 1)
        let older = self.lists(try scorer(withoutNewest(newest), seed: seed, "without the newest events"))
        func compare(_ lists: [[ItemIndex]], _ others: [[ItemIndex]]) throws -> ListStability {
            try ListStability(of: lists, against: others, options: EvaluationOptions(seed: seed), pool: pool)
        }
        return StabilityReport(
            model: model.title,
            users: asked.count,
            length: count,
            seeds: seeds,
            newest: newest,
            seed: try compare((1..<seeds).flatMap { _ in lists }, others),
            event: try compare(earlier, lists),
            retraining: try compare(older, lists)
        )
    }

    private func scorer(_ dataset: Dataset, seed: UInt64, _ what: String) throws -> any Scorer {
        // Each user's last event says when to end.
        let split = dataset.leavingLastOut()
        let data = TrainingData(dataset: split.training, validation: split.holdouts)
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

    private func lists(_ scorer: any Scorer, dropping newest: Int = 0) -> [[ItemIndex]] {
        let contexts = asked.map { ScoringContext(user: $0, history: dataset.histories[$0].dropLast(newest)) }
        return BatchRecommender(scorer: scorer, pool: pool)
            .recommend(contexts: contexts, count: count, excludingSeen: true).map { $0.map(\.item) }
    }

    /// The data without the newest share of the events: by time, or each user's last where there are no times.
    private func withoutNewest(_ share: Double) throws -> Dataset {
        let histories = dataset.histories
        guard let times = histories.times.isEmpty ? nil : histories.times.sorted() else {
            return dataset.droppingLast(share)
        }
        let border = times[min(times.count - 1, Int((Double(times.count) * (1 - share)).rounded()))]
        return try dataset.split(atTime: border).training
    }
}

/// What `freshet stability` found.
struct StabilityReport: Encodable {
    let model: String
    let users: Int
    let length: Int
    let seeds: Int
    let newest: Double
    /// Trainings of different seeds.
    let seed: ListStability
    /// One training before and after each user's last event.
    let event: ListStability
    /// Trainings without and with the newest events.
    let retraining: ListStability

    var words: String {
        var table = ConsoleTable(header: ["lists change by", "Jaccard", "RBO", "unchanged"])
        for (name, figure) in [
            ("another seed", seed), ("one more event", event), ("\(Words.percent(newest)) newest events", retraining),
        ] {
            table.rows.append([
                name, EvaluationTable.cell(figure.jaccard), EvaluationTable.cell(figure.rankBiased),
                Words.percent(figure.unchanged),
            ])
        }
        return """
            \(model), the first \(length) items of \(Words.count(users)) users, \(seeds) seeds.

            \(table.text)

            1 is the same list. ± is half a 95% bootstrap interval over users; RBO weighs the first places most (p 0.9).
            """
    }
}
