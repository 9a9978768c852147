import ArgumentParser
import FreshetCore
import FreshetData
import FreshetEvaluation
import FreshetModels

/// `freshet stability`.
struct Stability: FreshetCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say how far a model's lists change by the seed, by one event more, and by a new training.",
        discussion: """
            Three comparisons of the lists of the same users:

              another seed    two trainings on the same events; what differs is chance
              one more event  one training, asked before and after each user's last event
              newest events   trainings without and with the last 5% of the events, by time, or each user's last where there are no times

            Each as the mean Jaccard share of common items, the rank-biased overlap (p 0.9), where the first places weigh most, and \
            the share of users whose lists are the same.

              freshet stability --data events.tsv --model matrix-factorization
              freshet stability --data events.tsv --model sequence-transformer --seeds 3 --newest 1%
            """
    )

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var modelOptions: ModelOptions

    @Option(help: ArgumentHelp("The length of the lists.", valueName: "k"))
    var count = 10

    @Option(help: "How many seeds; the first is compared with each other one.")
    var seeds = 2

    @Option(
        help: ArgumentHelp("The share of newest events without which the earlier model is trained.", valueName: "5%")
    )
    var newest = ShareArgument(0.05)

    @Option(help: ArgumentHelp("Compare the lists of this many users, drawn by the seed; 0 for all.", valueName: "n"))
    var users = 0

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (1...1000).contains(count) else { throw ValidationError("--count is \(count), but must be in 1...1000.") }
        guard (2...100).contains(seeds) else { throw ValidationError("--seeds is \(seeds), but must be in 2...100.") }
        guard users >= 0 else { throw ValidationError("--users is \(users), but must not be below 0.") }
    }

    func execute(_ console: Console) throws {
        let model = FoldModel(
            description: try modelOptions.description(),
            preset: modelOptions.preset,
            overrides: try modelOptions.overrides()
        )
        let trial = try StabilityTrial(
            model: model,
            dataset: dataOptions.read(console).dataset,
            count: count,
            users: users,
            seed: common.seed,
            pool: common.makePool(),
            console: console
        )
        let report = try trial.report(seeds: seeds, newest: newest.share)
        try console.result(report) { report.words }
    }
}

/// A share as a percentage, such as `5%`.
struct ShareArgument: ExpressibleByArgument, CustomStringConvertible {
    let share: Double

    init(_ share: Double) { self.share = share }

    init?(argument: String) {
        guard argument.hasSuffix("%"), let percent = Double(argument.dropLast()), percent > 0, percent < 100 else {
            return nil
        }
        share = percent / 100
    }

    var description: String { "\((share * 1e6).rounded() / 1e4)%" }
}
