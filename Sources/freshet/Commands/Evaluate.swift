import ArgumentParser
import FreshetCore
import FreshetData
import FreshetEvaluation
import FreshetModels

/// `freshet evaluate`.
struct Evaluate: FreshetCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure recommendations, or a model, against what users did next.",
        discussion: """
            A file of recommendations is measured as it stands, whoever made it. A snapshot ranks the whole catalogue \
            for every user of the truth; --sampled-negatives reproduces old papers and nothing else. With --ratings \
            a model that predicts ratings (matrix-factorization with trainer sgd) is measured by their errors.

            With --logged a policy is judged by what another one showed by chance: a table with the columns 'reward' and \
            'propensity', and either 'target', the judged policy's chance, or 'item' and 'position' with --policy. \
            What the log says too little of is refused.

              freshet evaluate --recommendations recommendations.tsv --truth test.tsv --json
              freshet evaluate --snapshot model --truth test.tsv
              freshet evaluate --snapshot model --truth ratings.tsv --ratings --liked-from 4
              freshet evaluate --snapshot model --truth clicks.csv --format csv --fix place=1
              freshet evaluate --snapshot model --truth test.libfm --format libfm
              freshet evaluate --logged shown.csv --policy chances.tsv
            """
    )

    @Option(help: ArgumentHelp("The lists: user<TAB>item,item,… a line, or JSON lines.", valueName: "file"))
    var recommendations: String?

    @Option(help: ArgumentHelp("The folder of a model to measure.", valueName: "folder"))
    var snapshot: String?

    @Option(help: ArgumentHelp("What users did next: any format of events.", valueName: "path"))
    var truth: String?

    @Option(help: ArgumentHelp("What a policy showed, with what chance, and what came of it.", valueName: "file"))
    var logged: String?

    @Option(
        help: ArgumentHelp(
            "With --logged: the judged policy's chances, a row an item, a column a position; or 'uniform'.",
            valueName: "file"
        )
    )
    var policy: String?

    @Option(
        help: ArgumentHelp(
            "With --recommendations: what was learned from, for coverage, novelty and segments.",
            valueName: "path"
        )
    )
    var training: String?

    @Flag(help: "With --snapshot: keep items that the user has had in the ranking.")
    var includeSeen = false

    @Option(help: ArgumentHelp("With --snapshot: rank each target among this many random items only.", valueName: "n"))
    var sampledNegatives: Int?

    @Flag(help: "With --snapshot: measure predicted ratings against the truth's values: MSE, RMSE, MAE.")
    var ratings = false

    @Option(help: ArgumentHelp("With --ratings: from which rating on an item is liked.", valueName: "rating"))
    var likedFrom: Float = 4

    @Option(
        name: .customLong("fix"),
        help: ArgumentHelp(
            "With --format csv: give a column one value in every row, whatever the table says; may come more than once.",
            valueName: "column=value"
        )
    )
    var fixed: [Assignment] = []

    @OptionGroup var evaluation: EvaluationOptionGroup
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard [recommendations, snapshot, logged].count(where: { $0 != nil }) == 1 else {
            throw ValidationError("Give one of --recommendations, --snapshot and --logged.")
        }
        guard (truth == nil) == (logged != nil) else {
            throw ValidationError(
                logged == nil
                    ? "Give --truth, what users did next." : "--logged says itself what came of it: no --truth."
            )
        }
        guard policy == nil || logged != nil else { throw ValidationError("--policy goes with --logged.") }
        guard training == nil || logged == nil else { throw ValidationError("--training does not go with --logged.") }
        if let sampledNegatives, sampledNegatives < 1 {
            throw ValidationError("--sampled-negatives is \(sampledNegatives), but must be 1 or more.")
        }
        guard snapshot == nil || training == nil else {
            throw ValidationError("--training goes with --recommendations; a snapshot knows what it learned from.")
        }
        guard snapshot != nil || (sampledNegatives == nil && !includeSeen && !ratings) else {
            throw ValidationError("--sampled-negatives, --include-seen and --ratings go with --snapshot.")
        }
        guard reading.rowFormat == nil || snapshot != nil else {
            throw ValidationError("--format csv and libfm go with --snapshot.")
        }
        guard reading.rowFormat == nil || (!ratings && sampledNegatives == nil && !includeSeen) else {
            throw ValidationError("Of rows of features there is nothing to rank: AUC and log loss are measured.")
        }
        guard fixed.isEmpty || reading.rowFormat == .csv else { throw ValidationError("--fix goes with --format csv.") }
        guard !ratings || (sampledNegatives == nil && !includeSeen) else {
            throw ValidationError("--ratings ranks nothing: leave --sampled-negatives and --include-seen out.")
        }
    }

    func execute(_ console: Console) throws {
        if let logged { return try evaluateLogged(logged, console) }
        if let format = reading.rowFormat { return try evaluateRows(console, as: format) }
        let truth = try reading.read(truth ?? "", console).dataset
        let result =
            try snapshot.map { try evaluate(snapshot: Snapshot.read(from: $0), truth) }
            ?? evaluateLists(truth, console)
        if let warning = result.warning { Console.complain("Warning: \(warning)") }
        try console.result(result) { EvaluationTable(result).text }
    }

    private func evaluateLists(_ truth: Dataset, _ console: Console) throws -> EvaluationResult {
        let lists = try RecommendationFile.read(recommendations ?? "")
        let events = (0..<truth.users.count).flatMap { user in
            let name = truth.users[user]
            return truth.histories[UserIndex(user)].likings.items.map { (user: name, item: truth.items[$0.position]) }
        }
        return try RankingEvaluation.evaluate(
            recommendations: lists,
            truth: events,
            training: training.map { try reading.read($0, console).dataset },
            options: evaluation.options(seed: common.seed),
            pool: common.makePool()
        )
    }

    private func evaluate(snapshot: Snapshot, _ truth: Dataset) throws -> EvaluationResult {
        if ratings { return try evaluateRatings(snapshot: snapshot, truth) }
        // What an event means is what it meant to the model.
        let histories = truth.histories.weighed(by: snapshot.dataset.meanings, types: truth.eventTypes)
        // An item that the snapshot does not know gets a number past its catalogue, and is missed.
        var items = snapshot.dataset.items
        var contexts: [ScoringContext] = []
        var relevant: [[ItemIndex]] = []
        for user in 0..<truth.users.count {
            let history = histories[UserIndex(user)].likings
            guard history.count > 0 else { continue }
            let known = snapshot.dataset.users.position(of: truth.users[user]).map(UserIndex.init(_:))
            contexts.append(known.map(snapshot.context) ?? ScoringContext(user: nil, history: History(items: [])))
            relevant.append(history.items.map { ItemIndex(items.insert(truth.items[$0.position])) })
        }
        var result = try ScorerEvaluation.evaluate(
            scorer: snapshot.scorer,
            contexts: contexts,
            relevant: relevant,
            excludingSeen: !includeSeen,
            sampledNegatives: sampledNegatives,
            catalogue: CatalogueStatistics(of: snapshot.dataset),
            options: evaluation.options(seed: common.seed),
            pool: common.makePool()
        )
        result.model = snapshot.manifest.model
        return result
    }
}
