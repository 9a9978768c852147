import ArgumentParser
import FreshetCore
import FreshetData
import FreshetModels

/// `freshet tune`.
struct Tune: FreshetCommand {
    private static let mostTrials = 100_000

    static let configuration = CommandConfiguration(
        abstract: "Search for the settings of a model that validate best.",
        discussion: """
            Each trial trains on all but the users' last events and is judged by NDCG@10 on those, or with --folds by its \
            mean over the folds of a cross-validation, the same for every trial. Trials are kept in the output file as they \
            finish: after Ctrl-C, or with more --trials, the same command goes on.

              freshet tune --data events.tsv --model co-visitation --trials 30 --output trials.jsonl
              freshet tune --data events.tsv --model sequence-transformer --method halving --trials 27 \
            --search 'learningRate=0.0003..0.003(log)' --search channels=32,64 --output trials.jsonl
              freshet tune --data events.tsv --model ease --folds 5 --output trials.jsonl
            """
    )

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var modelOptions: ModelOptions

    @Option(
        name: .customLong("search"),
        help: ArgumentHelp(
            "A setting and its values: key=a,b,c, key=low..high or key=low..high(log); may come more than once. "
                + "Values that hold commas go between semicolons. The model's own list unless given.",
            valueName: "key=values"
        )
    )
    var search: [String] = []

    @Option(help: "How to search: random, or halving (short trainings first, the best go on).")
    var method = Tuner.Method.random

    @Option(help: "How many combinations are tried.")
    var trials = 20

    @Option(help: "For halving: how many rounds, each with three times the training of the one before.")
    var rounds = 3

    @Option(
        help:
            "Judge by cross-validation over a number of folds, as cross-validate does; without, by the users' last events."
    )
    var folds: Int?

    @Option(help: "With --folds: what is parted, users or events.")
    var by = CrossValidate.Parts.users

    @Option(name: .shortAndLong, help: ArgumentHelp("The file of the trials, JSON lines.", valueName: "file"))
    var output: String

    @OptionGroup var encoderOptions: EncoderOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (1...Self.mostTrials).contains(trials) else {
            throw ValidationError("--trials is \(trials), but must be in 1...\(Self.mostTrials).")
        }
        guard (1...10).contains(rounds) else {
            throw ValidationError("--rounds is \(rounds), but must be in 1...10.")
        }
        if let folds, !(2...1000).contains(folds) {
            throw ValidationError("--folds is \(folds), but must be in 2...1000.")
        }
        guard folds != nil || by == .users else {
            throw ValidationError("--by says what is parted into folds: give --folds too.")
        }
    }

    func execute(_ console: Console) throws {
        let model = try modelOptions.description()
        let texts = search.isEmpty ? DefaultSearchSpace.byModel[model.name] ?? [] : search
        guard !texts.isEmpty else {
            throw FreshetError(
                .usage,
                "\(model.name) has no list of settings to search.",
                remedy: "Name them: --search key=a,b,c. Its settings: \(model.defaultConfigurationJSON)"
            )
        }
        let space = try SearchSpace(texts)
        let settings = try modelOptions.overrides()
        let dataset = try dataOptions.read(console).dataset
        let split = dataset.leavingLastOut()
        let pool = common.makePool()
        let content = try encoderOptions.content(of: dataset.itemDetails, title: model.name, pool: pool, console)
        let data = TrainingData(dataset: split.training, validation: split.holdouts, content: content)
        guard !data.validation.isEmpty else {
            throw FreshetError(.invalidData, "No user has two events, so there is nothing to validate on.")
        }
        let choice = folds.map { FoldChoice(count: $0, by: by.rawValue) }
        let folds = try choice.map {
            try TrialFolds(dataset, $0, content: content, seed: common.seed, pool: pool, console: console)
        }
        let log = try TrialLog(
            path: output,
            search: SearchDescription(
                model: model.name,
                preset: modelOptions.preset,
                settings: settings,
                search: texts.sorted(),
                seed: common.seed,
                dataFingerprint: data.fingerprint,
                folds: choice
            )
        )
        let tuner = Tuner(
            model: model,
            preset: modelOptions.preset,
            settings: settings,
            space: space,
            data: data,
            folds: folds,
            seed: common.seed,
            pool: pool,
            log: log,
            console: console
        )
        let finished = try tuner.run(method, trials: trials, rounds: rounds)
        let report = TuneReport(
            model: model.name,
            preset: modelOptions.preset,
            method: method.rawValue,
            folds: choice,
            seed: common.seed,
            best: finished[0],
            trials: finished
        )
        try console.result(report) { words(report, settings: settings) }
    }

    private func words(_ report: TuneReport, settings: [String: String]) -> String {
        let keys = report.best.settings.keys.sorted()
        let deviation = report.folds == nil ? [] : ["deviation"]
        var table = ConsoleTable(header: ["trial", "NDCG@10"] + deviation + ["HR@10", "seconds"] + keys)
        for trial in report.trials.prefix(10) {
            let figures = [trial.ndcg, trial.deviation, trial.hitRate].compactMap { $0.map { Words.decimal($0, 4) } }
            table.rows.append(
                ["\(trial.trial)"] + figures + [Words.decimal(trial.seconds, 1)] + keys.map { trial.settings[$0] ?? "" }
            )
        }
        let changes = settings.merging(report.best.settings) { $1 }.sorted { $0.key < $1.key }
            .map { "--set '\($0)=\($1)'" }.joined(separator: " ")
        let preset = report.preset.map { " --preset \($0)" } ?? ""
        let judges = report.folds.map { "Means over \($0.count) folds of \($0.by).\n\n" } ?? ""
        return """
            \(judges)\(table.text)

            Train with the best:
              freshet train --data \(dataOptions.data) --model \(report.model)\(preset) \(changes) --output model
            """
    }
}

extension Tuner.Method: ExpressibleByArgument {}

/// What `freshet tune` reports.
private struct TuneReport: Encodable {
    let model: String
    let preset: String?
    let method: String
    /// The folds that judged; `nil` where the users' last events did.
    let folds: FoldChoice?
    let seed: UInt64
    let best: Trial
    let trials: [Trial]
}
