import ArgumentParser
import FreshetCore
import FreshetData
import FreshetEvaluation
import FreshetModels
import FreshetTensor

/// `freshet cross-validate`.
struct CrossValidate: FreshetCommand {
    /// What is parted into folds.
    enum Parts: String, ExpressibleByArgument, CaseIterable {
        case users, events
    }

    static let configuration = CommandConfiguration(
        commandName: "cross-validate",
        abstract: "Judge a model on each of several parts of the data, learned from the others.",
        discussion: """
            By users, a model learns from the users of all folds but one and is asked for the last event of each of the \
            others, whose earlier events it sees as history only. By events, any event may be held out, and all held-out \
            events of a user are ranked together; with --ratings their values are foretold.

            With --against a second model is judged on the same folds; the difference is tested over folds (Student's test, \
            corrected for training parts that overlap) and over users.

              freshet cross-validate --data events.tsv --model ease --against co-visitation
              freshet cross-validate --data ratings.tsv --model matrix-factorization --set trainer=sgd --ratings
            """
    )

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var modelOptions: ModelOptions

    @Option(help: "How many folds.")
    var folds = 5

    @Option(help: "What is parted: users or events. Users unless given, events with --ratings.")
    var by: Parts?

    @Option(help: ArgumentHelp("A model to compare with, as name or name:preset.", valueName: "name"))
    var against: String?

    @Flag(help: "Measure predicted ratings: RMSE, MAE and the others of evaluate --ratings.")
    var ratings = false

    @Option(help: ArgumentHelp("With --ratings: from which rating on an item is liked.", valueName: "rating"))
    var likedFrom: Float = 4

    @Flag(help: "Keep items that the user has had in the ranking.")
    var includeSeen = false

    @OptionGroup var evaluation: EvaluationOptionGroup
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (2...1000).contains(folds) else { throw ValidationError("--folds is \(folds), but must be in 2...1000.") }
        guard !ratings || by != .users else {
            throw ValidationError("--ratings goes by events: of users that it never saw a model foretells no ratings.")
        }
    }

    func execute(_ console: Console) throws {
        // Wrong names are found before anything is read.
        let model = FoldModel(
            description: try modelOptions.description(),
            preset: modelOptions.preset,
            overrides: try modelOptions.overrides()
        )
        let other = try against.map(ModelChoice.init).map { FoldModel(description: $0.model, preset: $0.preset) }
        let dataset = try dataOptions.read(console).dataset
        let pool = common.makePool()
        let run = FoldRun(
            ratings: ratings,
            likedFrom: likedFrom,
            excludesSeen: !includeSeen,
            options: evaluation.options(seed: common.seed),
            seed: common.seed,
            pool: pool,
            console: console
        )
        let parts = by ?? (ratings ? .events : .users)
        let tests = try FoldTest.all(of: dataset, by: parts, folds, seed: common.seed)
        let results = try run.judge(model, on: tests)
        let rival = try other.map { try run.judge($0, on: tests) }
        let report = CrossValidationReport(
            model: model.title,
            folds: folds,
            by: parts.rawValue,
            results: results,
            comparison: try rival.map {
                try FoldComparison(
                    results,
                    against: $0,
                    metric: ratings ? "rmse" : "ndcg@10",
                    seed: common.seed,
                    pool: pool
                )
            }
        )
        try console.result(report) { report.words }
    }
}

/// A model that is trained anew on every fold.
struct FoldModel {
    let description: ModelDescription
    var preset: String?
    var overrides: [String: String] = [:]

    /// What it is called in tables.
    var title: String { preset.map { "\(description.name):\($0)" } ?? description.name }
}
