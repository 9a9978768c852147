import Foundation
import FreshetCore
import FreshetEvaluation
import FreshetModels
import FreshetTensor

/// Searches settings: at random, or by successive halving (Jamieson and Talwalkar, AISTATS 2016).
///
/// Halving starts all trials on a small share of the training and lets the best third of each round go on with three
/// times as much. Finished trials in the log are not run again.
struct Tuner {
    /// The ways to search.
    enum Method: String, CaseIterable {
        case random, halving
    }

    private static let reduction = 3.0

    let model: ModelDescription
    let preset: String?
    let settings: [String: String]
    let space: SearchSpace
    let data: TrainingData
    /// Where cross-validation judges; `nil` where the users' last events do.
    var folds: TrialFolds?
    let seed: UInt64
    let pool: ThreadPool
    let log: TrialLog
    let console: Console

    /// The shares of the full training that the rounds get, and how many trials are in each.
    static func rounds(_ method: Method, trials: Int, rounds: Int) -> [(share: Double, trials: Int)] {
        guard method == .halving else { return [(1, trials)] }
        let possible = Int((log2(Double(trials)) / log2(reduction)).rounded(.down)) + 1
        let count = min(rounds, max(possible, 1))
        return (0..<count).map { round in
            let power = pow(reduction, Double(round))
            return (pow(reduction, Double(round - count + 1)), max(1, Int((Double(trials) / power).rounded(.up))))
        }
    }

    /// Runs all trials that the log does not have.
    /// - Returns: the trials with the full training, best first.
    /// - Throws: ``FreshetError``; of kind `cancelled` when stopped.
    func run(_ method: Method, trials: Int, rounds: Int) throws -> [Trial] {
        let full = try model.makeLearner(preset: preset, overrides: settings, data: data)
        let configuration = JSONValue(text: model.configurationJSON(of: full))
        // Wrong keys and values should not wait for their turn to be found.
        for trial in 1...trials {
            _ = try model.makeLearner(preset: preset, overrides: overrides(of: trial), data: data)
        }
        var candidates = Array(1...trials)
        var finished: [Trial] = []
        for (share, count) in Self.rounds(method, trials: trials, rounds: rounds) {
            finished = try candidates.prefix(count).map { trial in
                try log.trials.first { $0.trial == trial && $0.budget == share }
                    ?? run(trial, share: share, configuration)
            }
            finished.sort { ($1.ndcg, $0.trial) < ($0.ndcg, $1.trial) }
            candidates = finished.map(\.trial)
        }
        return finished
    }

    private func overrides(of trial: Int) -> [String: String] {
        settings.merging(space.draw(seed: seed, trial: trial)) { $1 }
    }

    private func run(_ trial: Int, share: Double, _ configuration: JSONValue) throws -> Trial {
        let drawn = space.draw(seed: seed, trial: trial)
        let budget = { TrialBudget(configuration: configuration, data: $0).apply(share) }
        var result =
            if let folds {
                try judge(trial, drawn, on: folds, budget)
            } else {
                try judge(trial, drawn, budget(data))
            }
        result.budget = share
        try log.add(result)
        let deviation = result.deviation.map { " ± \(Words.decimal($0, 4))" } ?? ""
        console.note(
            "trial \(trial) (\(Words.decimal(share * 100, 0))%): NDCG@10 \(Words.decimal(result.ndcg, 4))\(deviation), "
                + "\(drawn.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: " ")), "
                + Words.duration(result.seconds)
        )
        return result
    }

    /// Trains once and judges by the users' last events.
    private func judge(_ trial: Int, _ drawn: [String: String], _ budget: TrialBudget.Part) throws -> Trial {
        let learner = try model.makeLearner(
            preset: preset,
            overrides: settings.merging(drawn) { $1 }.merging(budget.overrides) { $1 },
            data: budget.data
        )
        let run = TrainingRun(
            description: model,
            title: "trial \(trial)",
            data: budget.data,
            seed: seed,
            pool: pool,
            console: console
        )
        let outcome = try run.train(learner)
        return Trial(
            trial: trial,
            settings: drawn,
            ndcg: outcome.validation?.ndcg ?? 0,
            hitRate: outcome.validation?.hitRate ?? 0,
            seconds: outcome.trainSeconds
        )
    }

    /// Trains on every fold and judges by the mean.
    private func judge(
        _ trial: Int,
        _ drawn: [String: String],
        on folds: TrialFolds,
        _ budget: (TrainingData) -> TrialBudget.Part
    ) throws -> Trial {
        let began = ProgressReporter.now()
        let choice = FoldModel(description: model, preset: preset, overrides: settings.merging(drawn) { $1 })
        var run = folds.run
        run.title = "trial \(trial)"
        let results = try run.judge(choice, on: folds.tests, budget)
        let figure = { (key: String) in FoldStatistics(results.map { $0.metrics[key]?.value ?? 0 }) }
        let ndcg = figure("ndcg@10")
        return Trial(
            trial: trial,
            settings: drawn,
            ndcg: ndcg.mean,
            hitRate: figure("hr@10").mean,
            deviation: ndcg.deviation,
            seconds: ProgressReporter.now() - began
        )
    }
}
