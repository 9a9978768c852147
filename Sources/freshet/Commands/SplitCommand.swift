import ArgumentParser
import FreshetCore
import FreshetData
import FreshetNN

/// `freshet split`.
struct SplitCommand: FreshetCommand {
    /// The ways to split.
    enum Rule: String, CaseIterable, ExpressibleByArgument {
        case last
        case lastTwo = "last-two"
        case time
        case folds
    }

    /// How the parts are written.
    enum Form: String, CaseIterable, ExpressibleByArgument {
        case pairs, jsonl
    }

    static let configuration = CommandConfiguration(
        commandName: "split",
        abstract: "Part an event log into what is learned from and what is held out.",
        discussion: """
            --by last holds out each user's last event (train, test); last-two the one before too (train, \
            validation, test); time every event from a time on (train, test); folds the users themselves \
            (fold-1 … with train, history and test each).

              freshet split --data events.tsv --by last --output parts
              freshet split --data shop --by time --at 2010-11-17 --output parts
              freshet split --data events.tsv --by folds --folds 5 --seed 7 --output parts
            """
    )

    @OptionGroup var dataOptions: DataOptions

    @Option(help: "The rule: last, last-two, time or folds.")
    var by = Rule.last

    @Option(
        help: ArgumentHelp(
            "For time: the first held-out moment (2010-10-01 or seconds since 1970).",
            valueName: "time"
        )
    )
    var at: TimeArgument?

    @Option(help: "For folds: how many.")
    var folds = 5

    @Option(
        name: .customLong("as"),
        help:
            "pairs writes .tsv files of user and item, jsonl keeps times, types and details. Like the data unless given."
    )
    var form: Form?

    @OptionGroup var output: OutputFolder

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (by == .time) == (at != nil) else { throw ValidationError("--at goes with --by time, and it needs one.") }
    }

    func execute(_ console: Console) throws {
        try output.check()
        let imported = try dataOptions.read(console)
        let form = form ?? (["pairs", "sequences"].contains(imported.format) ? .pairs : .jsonl)
        let writer = PartWriter(dataset: imported.dataset, folder: output.path, form: form)
        var report = SplitReport(by: by.rawValue, output: output.path)
        switch by {
        case .last:
            let split = imported.dataset.leavingLastOut()
            report.add(try writer.write(training: split.training, as: "train"))
            report.add(try writer.write(split.holdouts, as: "test"))
        case .lastTwo:
            let nested = imported.dataset.leavingLastTwoOut()
            report.add(try writer.write(training: nested.validation.training, as: "train"))
            report.add(try writer.write(nested.validation.holdouts, as: "validation"))
            report.add(try writer.write(nested.test.holdouts, as: "test"))
        case .time:
            let split = try imported.dataset.split(atTime: at?.time ?? 0)
            report.add(try writer.write(training: split.training, as: "train"))
            report.add(try writer.write(split.holdouts, as: "test"))
        case .folds:
            for (number, split) in zip(1..., try imported.dataset.userFolds(folds, seed: common.seed)) {
                let fold = PartWriter(dataset: imported.dataset, folder: "\(output.path)/fold-\(number)", form: form)
                report.add(try fold.write(training: split.training, as: "train"))
                report.add(try fold.write(training: split.context, as: "history"))
                report.add(try fold.write(split.holdouts, as: "test"))
            }
        }
        try console.result(report) {
            report.parts.map { "\($0.path): \(Words.count($0.events)) events" }.joined(separator: "\n")
        }
    }
}

/// What `freshet split` reports.
private struct SplitReport: Encodable {
    let by: String
    let output: String
    var parts: [WrittenPart] = []

    mutating func add(_ part: WrittenPart) { parts.append(part) }
}
