import ArgumentParser
import Foundation
import FreshetCore
import FreshetData
import FreshetEvaluation
import FreshetModels
import FreshetNN
import FreshetReport
import FreshetTensor

/// `freshet compare`.
struct Compare: FreshetCommand {
    private static let usual = [
        "popularity", "item-knn", "co-visitation", ContentSimilarity.name, ContentCoVisitation.name, "ease",
        "matrix-factorization",
        "sequence-transformer", Hybrid.name,
    ]
    private static let customers = 3

    static let configuration = CommandConfiguration(
        abstract: "Train several models on one data set and judge them side by side.",
        discussion: """
            Each user's last event judges and the one before validates. A hybrid among the models combines all the \
            others but popularity, with weights chosen on the validation events. The output folder gets report.html (one page, \
            no network needed) and a snapshot of every model.

              freshet compare --data Samples/online-retail --output comparison
              freshet compare --data events.tsv --models co-visitation,ease,sequence-transformer:sasrec --output comparison
            """
    )

    @OptionGroup var dataOptions: DataOptions

    @Option(
        help: ArgumentHelp(
            "The models between commas, each as name or name:preset; \(Self.usual.joined(separator: ", ")) unless given.",
            valueName: "names"
        )
    )
    var models: String?

    @Option(
        help: ArgumentHelp(
            "Minutes of training at most, for models that can stop early; 0 for no limit.",
            valueName: "m"
        )
    )
    var minutes: Double = 0

    @Flag(help: "Let models recommend what the user has had.")
    var includeSeen = false

    @OptionGroup var output: OutputFolder

    @OptionGroup var encoderOptions: EncoderOptions
    @OptionGroup var evaluation: EvaluationOptionGroup
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (0...100_000).contains(minutes) else {
            throw ValidationError("--minutes is \(minutes), but must be in 0...100000.")
        }
    }

    func execute(_ console: Console) throws {
        // Wrong names are found before anything is read.
        _ = try chosenModels(isReading: true)
        try output.check()
        try DurableFolder.create(output.path)
        let imported = try dataOptions.read(console)
        let statistics = DatasetStatistics(of: imported.dataset)
        console.note("\n\(statistics)\n")
        let pool = common.makePool()
        let setting = try ComparisonProtocol(
            dataset: imported.dataset,
            content: try encoderOptions.content(
                of: imported.dataset.itemDetails,
                title: "compare",
                pool: pool,
                console
            ),
            options: evaluation.options(seed: common.seed),
            excludesSeen: !includeSeen
        )
        let choices = try chosenModels(isReading: setting.content != nil)
        var compared: [ComparedModel] = []
        // A hybrid combines the models before it, so it comes after them.
        for choice in choices.filter({ !$0.isHybrid }) + choices.filter(\.isHybrid) {
            compared.append(try train(choice, compared, setting, imported, pool, console))
        }
        if let warning = compared.first?.result.warning { Console.complain("Warning: \(warning)") }
        let metric = "ndcg@10"
        compared.sort { ($0.result.metrics[metric]?.value ?? 0) > ($1.result.metrics[metric]?.value ?? 0) }
        let report = ComparisonReport(
            source: URL(fileURLWithPath: dataOptions.data).lastPathComponent,
            statistics: statistics,
            models: compared,
            comparisons: try compared.dropFirst().map {
                try PairedComparison(
                    of: compared[0].result,
                    against: $0.result,
                    metric: metric,
                    seed: common.seed,
                    pool: pool
                )
            },
            stories: CustomerStories(setting, count: Self.customers, seed: common.seed).told(by: compared, pool: pool),
            metric: metric,
            catalogue: setting.catalogue,
            facts: facts(pool)
        )
        let page = "\(output.path)/report.html"
        try DurableFile.write([Data(report.document.html.utf8)], to: page)
        try console.result(report.json(folder: output.path, page: page)) {
            "\(report.words)\n\nReport: \(page); snapshots beside it in \(output.path)."
        }
    }

    /// The models that are named; of the usual ones, those that read only where there is something to read.
    private func chosenModels(isReading: Bool) throws -> [ModelChoice] {
        let usual = try Self.usual.filter { try isReading || !ModelRegistry.model(named: $0).needsContent }
        let choices = try (models ?? usual.joined(separator: ",")).split(separator: ",").map {
            try ModelChoice(String($0))
        }
        guard !choices.isEmpty else { throw FreshetError(.usage, "--models names no model.") }
        for (place, choice) in choices.enumerated() where choices[..<place].contains(choice) {
            throw FreshetError(.usage, "--models names \(choice.title) twice.")
        }
        return choices
    }

    private func train(
        _ choice: ModelChoice,
        _ others: [ComparedModel],
        _ setting: ComparisonProtocol,
        _ imported: ImportResult,
        _ pool: ThreadPool,
        _ console: Console
    ) throws -> ComparedModel {
        let data = setting.training
        let limit = minutes > 0 && choice.model.hasSetting("minutes") ? ["minutes": "\(minutes)"] : [:]
        let learner = try choice.model.makeLearner(preset: choice.preset, overrides: limit, data: data)
        console.note("\(choice.title): training")
        let run = TrainingRun(
            description: choice.model,
            title: choice.title,
            data: data,
            seed: common.seed,
            pool: pool,
            console: console
        )
        let parts = others.filter(\.isPartOfHybrids).map(\.part)
        let outcome = try choice.isHybrid && parts.count > 1 ? run.assemble(parts) : run.train(learner)
        let result = try setting.judge(outcome.scorer, as: choice.title, run)
        let manifest = run.manifest(
            of: outcome,
            preset: choice.preset,
            summary: DataSummary(
                of: setting.history,
                source: URL(fileURLWithPath: dataOptions.data).lastPathComponent,
                format: imported.format,
                validationEvents: data.validation.count
            ),
            metrics: ["test ndcg@10": "ndcg@10", "test hr@10": "hr@10"].compactMapValues { result.metrics[$0]?.value }
        )
        try Snapshot(manifest: manifest, dataset: setting.history, scorer: outcome.scorer)
            .write(to: "\(output.path)/\(choice.folderName)")
        return ComparedModel(choice: choice, scorer: outcome.scorer, manifest: manifest, result: result)
    }

    private func facts(_ pool: ThreadPool) -> [ReportFact] {
        [
            ReportFact(
                "Command",
                CommandLine.arguments.enumerated().map { $0 == 0 ? "freshet" : $1 }.joined(separator: " ")
            ),
            ReportFact("Seed", "\(common.seed)"),
            ReportFact("Threads", "\(pool.threads)"),
            ReportFact("Version", Version.current),
            ReportFact("Seen items", includeSeen ? "may be recommended again" : "left out of every ranking"),
        ]
    }
}

extension ModelDescription {
    /// Whether the model has a setting of this name.
    fileprivate func hasSetting(_ name: String) -> Bool {
        JSONValue(text: defaultConfigurationJSON)[name] != nil
    }
}
