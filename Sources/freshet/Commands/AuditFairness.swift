import ArgumentParser
import FreshetCore
import FreshetData
import FreshetEvaluation
import FreshetFairness
import FreshetModels

/// `freshet audit fairness`.
struct AuditFairness: FreshetCommand {
    static let configuration = CommandConfiguration(
        commandName: "fairness",
        abstract: "Measure what a model's lists give to groups of users and of items, and what correcting them costs.",
        discussion: """
            A model is trained without each user's last two events: the last one judges, the one before it validates. Of its lists \
            are told

              quality         NDCG by groups of users, such as gender, and the gap between best and worst
              miscalibration  how far the mix of categories is from that of the user's history
              exposure        what each category or provider is shown, beside its part of the catalogue and of all events
              Gini, lift      how uneven the exposure of items is; how much more popular lists are than histories

            Corrections choose each list anew from the model's best candidates, without a look at what the user did next. \
            --calibration draws the trade-off for several λ, and names the least that halves miscalibration on the validation events.

              freshet audit fairness --data events.tsv --catalogue items.tsv --model co-visitation
              freshet audit fairness --data events.tsv --catalogue items.tsv --model matrix-factorization --users users.tsv \
            --user-groups gender,age --item-groups brand --calibration 0.1,0.3,0.5 --minimum-share documentary=0.2
            """
    )

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var modelOptions: ModelOptions

    @Option(
        help: ArgumentHelp("A table of users with a header; their ids are in the column user or id.", valueName: "file")
    )
    var users: String?

    @Option(help: ArgumentHelp("The attributes of users that make groups.", valueName: "name,…"))
    var userGroups: String?

    @Option(help: ArgumentHelp("Attributes of items that make groups, beside the categories.", valueName: "name,…"))
    var itemGroups: String?

    @Option(help: ArgumentHelp("Choose by calibration, with each of these λ from 0 to 1.", valueName: "λ,…"))
    var calibration: String?

    @Option(
        help: ArgumentHelp(
            "Give a category at least a share of the places, as far as FA*IR at a significance of 0.1 asks for it.",
            valueName: "category=share"
        )
    )
    var minimumShare: [Assignment] = []

    @Option(help: ArgumentHelp("The length of the lists.", valueName: "k"))
    var count = 10

    @Option(help: "How many of the model's best a correction chooses from.")
    var candidates = 200

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (1...1000).contains(count) else { throw ValidationError("--count is \(count), but must be in 1...1000.") }
        guard (count...10_000).contains(candidates) else {
            throw ValidationError("--candidates is \(candidates), but must be in \(count)...10000.")
        }
        guard (users == nil) || (userGroups != nil) else {
            throw ValidationError("--users goes with --user-groups, the columns to look at.")
        }
        _ = try corrections()
    }

    func execute(_ console: Console) throws {
        let model = FoldModel(
            description: try modelOptions.description(),
            preset: modelOptions.preset,
            overrides: try modelOptions.overrides()
        )
        let dataset = try dataOptions.read(console).dataset
        let groups = AuditedGroups(dataset)
        let trial = try FairnessTrial(
            model: model,
            dataset: dataset,
            userGroups: groups.ofUsers(names(userGroups), in: users),
            itemGroups: groups.ofItems(names(itemGroups)),
            count: count,
            candidates: candidates,
            seed: common.seed,
            pool: common.makePool(),
            console: console
        )
        let report = try trial.report(corrections())
        try console.result(report) { report.words }
    }

    private func names(_ list: String?) -> [String] {
        list?.split(separator: ",").map { String($0) } ?? []
    }

    private func corrections() throws -> [FairnessCorrection] {
        let tradeOffs = try names(calibration).map { text in
            guard let tradeOff = Double(text), tradeOff > 0, tradeOff <= 1 else {
                throw ValidationError("--calibration has '\(text)', but λ must be above 0 and at most 1.")
            }
            return FairnessCorrection.calibration(tradeOff)
        }
        let shares = try minimumShare.map { assignment in
            guard let share = Double(assignment.value), share > 0, share < 1 else {
                throw ValidationError("--minimum-share has '\(assignment.value)', but a share lies between 0 and 1.")
            }
            return FairnessCorrection.minimumShare(assignment.key, share)
        }
        return tradeOffs.sorted { $0.strength < $1.strength } + shares
    }
}
