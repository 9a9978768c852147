import ArgumentParser
import FreshetCore
import FreshetData
import FreshetModels

/// `freshet features suggest`.
struct FeaturesSuggest: FreshetCommand {
    static let configuration = CommandConfiguration(
        commandName: "suggest",
        abstract: "Find the attributes of items and users that tell what is chosen.",
        discussion: """
            Every choice of the log is held against an item that the user did not choose. A small factorization machine \
            learns from user and item, and from these and one feature: an attribute, the hour, the weekday, how popular \
            and how recent the item is. The gain is how much lower the log loss of later choices is than with the feature's \
            values shuffled; what gains no more than chance gives is not proposed.

            Attributes are those of the catalogue as it is: one that is filled in after a sale would tell too much.

              freshet features suggest --data events.tsv --catalogue items.tsv
              freshet features suggest --data shop-data --json
            """
    )

    @OptionGroup var dataOptions: DataOptions

    @Option(help: "How many choices of the log are looked at, its newest.")
    var choices = FeatureTrials().choices

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (100...10_000_000).contains(choices) else {
            throw ValidationError("--choices is \(choices), but must be in 100...10000000.")
        }
    }

    func execute(_ console: Console) throws {
        let dataset = try dataOptions.read(console).dataset
        var trials = FeatureTrials()
        trials.choices = choices
        let progress = ProgressReporter(title: "features", isQuiet: console.isQuiet)
        defer { progress.finish() }
        Interruption.watch()
        let report = try trials.run(
            on: dataset,
            session: TrainingSession(
                seed: common.seed,
                report: { progress.update($0) },
                isCancelled: { Interruption.isRequested }
            )
        )
        progress.finish()
        let suggestion = Suggestion(report: report, attributes: Self.attributes(of: report))
        try console.result(suggestion) { suggestion.words }
    }

    /// The proposed columns that `freshet features clicks` adds when asked.
    private static func attributes(of report: FeatureTrialReport) -> [String] {
        report.features.filter { $0.isProposed && $0.name.contains(".") }.map(\.name)
    }
}

/// What `freshet features suggest` reports.
private struct Suggestion: Encodable {
    let report: FeatureTrialReport
    let attributes: [String]

    var words: String {
        var table = ConsoleTable(header: ["feature", "values", "present", "gain", "by chance", "worth it", "use"])
        for feature in report.features {
            table.rows.append([
                feature.name, Words.count(feature.values), Words.percent(feature.coverage),
                feature.gain.map { Words.decimal($0, 4) } ?? "–",
                feature.deviation.map { "±" + Words.decimal($0, 4) } ?? "–", feature.isProposed ? "yes" : "no",
                Self.use(of: feature),
            ])
        }
        return """
            \(Words.count(report.choices)) choices, judged on the newest \(Words.count(report.testChoices)): log loss \
            \(Words.decimal(report.logLoss, 4)) from user and item alone.

            \(table.text)

            \(advice)
            """
    }

    private var advice: String {
        let chosen = attributes.isEmpty ? "" : " --attributes \(attributes.joined(separator: ","))"
        return """
            To learn click-through from what a server showed, with what is worth it:
              freshet features clicks --data FOLDER\(chosen) --output clicks.csv
              freshet train --data clicks.csv --format csv --model \(FactorizationMachine.name) --output model
            """
    }

    private static func use(of feature: TriedFeature) -> String {
        if let fault = feature.fault { return "leave out: \(fault)" }
        return switch feature.kind {
        case .categories: "each text a feature"
        case .numbers: "each number a feature"
        case .list: "each part between bars"
        case .ranges: "ranges of numbers"
        case nil: "–"
        }
    }
}
