import ArgumentParser
import Foundation
import FreshetCore
import FreshetData
import FreshetEvaluation
import FreshetModels

/// `freshet attack`.
struct AttackCommand: FreshetCommand {
    static let configuration = CommandConfiguration(
        commandName: "attack",
        abstract: "Add fake users to a copy of a data set and measure what they do to a model.",
        discussion: """
            The model is trained without and with fake users who push some items, by the same seed. The report says in which \
            share of the real users' lists the pushed items stand before and after, how accurate the lists are (each user's last \
            event judges, the one before it validates), and how far they changed. The log itself is never changed.

            Kinds, all of them unless named:
            \(AttackKind.allCases.map { "  \($0.rawValue): \($0.summary)" }.joined(separator: "\n"))

            With --guard leave_out each attack is also measured through the guard, and the guard alone without an attack: its price. \
            Documentation/Robustness.md says what it stops and what not.

              freshet attack --data events.tsv --model co-visitation
              freshet attack --data events.tsv --model matrix-factorization --fake-users 0.5% --guard leave_out --seeds 3
              freshet attack --data events.tsv --model co-visitation --kind sequence --target-items cheap-lamp --arrival spread
            """
    )

    private static let mostTargets = 1000

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var modelOptions: ModelOptions

    @Option(help: ArgumentHelp("What fake users do beside their targets.", valueName: "kind,…"))
    var kind: String = AttackKind.allCases.map(\.rawValue).joined(separator: ",")

    @Option(help: ArgumentHelp("How many fake users, as a share of the real ones or a number.", valueName: "1%|n"))
    var fakeUsers = FakeUserCount.share(0.01)

    @Option(help: "How many rare items are pushed, drawn by the seed.")
    var targets = 10

    @Option(help: ArgumentHelp("The items that are pushed, in place of drawn ones.", valueName: "id,…"))
    var targetItems: String?

    @Option(help: "When the accounts of fake users come: late (in the last week of the log) or spread over all of it.")
    var arrival = Attack.Arrival.late

    @Option(help: "How many seeds, each with its own targets, fake users and training.")
    var seeds = 1

    @Option(
        help: ArgumentHelp("Measure the lists of this many real users, drawn by the seed; 0 for all.", valueName: "n")
    )
    var users = 0

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (1...Self.mostTargets).contains(targets) else {
            throw ValidationError("--targets is \(targets), but must be in 1...\(Self.mostTargets).")
        }
        guard (1...100).contains(seeds) else { throw ValidationError("--seeds is \(seeds), but must be in 1...100.") }
        guard users >= 0 else { throw ValidationError("--users is \(users), but must not be below 0.") }
        guard dataOptions.reading.intakeGuard != .report else {
            throw ValidationError("--guard report changes no model; --guard leave_out is measured.")
        }
        _ = try kinds()
    }

    func execute(_ console: Console) throws {
        // Wrong names are found before anything is read.
        let model = FoldModel(
            description: try modelOptions.description(),
            preset: modelOptions.preset,
            overrides: try modelOptions.overrides()
        )
        var reading = dataOptions
        // The guard is to see the fake users, who are not in the log.
        reading.reading.intakeGuard = .off
        let dataset = try reading.read(console).dataset
        var trials: [AttackTrial] = []
        for seed in common.seed..<common.seed + UInt64(seeds) {
            let trial = try AttackTrial(
                model: model,
                dataset: dataset,
                kinds: kinds(),
                fakeUsers: fakeUsers.count(of: dataset.users.count),
                targets: pushedItems(of: dataset, seed: seed),
                arrival: arrival,
                isGuarded: dataOptions.reading.intakeGuard == .leaveOut,
                users: users,
                seed: seed,
                pool: common.makePool(),
                console: console
            )
            trials.append(trial)
        }
        let report = try AttackReport(trials, model: model.title, seed: common.seed)
        try console.result(report) { report.words }
    }

    private func kinds() throws -> [AttackKind] {
        let names = kind.split(separator: ",").map { String($0) }
        let kinds = try names.map { name in
            guard let kind = AttackKind(rawValue: name) else {
                throw FreshetError.unknown("kind of attack", name, known: AttackKind.allCases.map(\.rawValue))
            }
            return kind
        }
        guard !kinds.isEmpty else { throw ValidationError("--kind names no kind of attack.") }
        return kinds
    }

    private func pushedItems(of dataset: Dataset, seed: UInt64) throws -> [ItemIndex] {
        guard let targetItems else {
            // Of what can be learned from, so that a target is not one of the events that judge only.
            let training = dataset.leavingLastTwoOut().validation.training
            return Attack.rareTargets(targets, in: training.histories, itemCount: dataset.items.count, seed: seed)
        }
        return try targetItems.split(separator: ",").map { name in
            guard let item = dataset.items.position(of: String(name)) else {
                throw FreshetError(.notFound, "No item '\(name)' in the data.", remedy: "Name items of the log.")
            }
            return ItemIndex(item)
        }
    }
}

/// How many fake users: a share of the real ones, or a number.
enum FakeUserCount: ExpressibleByArgument, CustomStringConvertible {
    case share(Double)
    case number(Int)

    init?(argument: String) {
        if argument.hasSuffix("%") {
            guard let percent = Double(argument.dropLast()), percent > 0, percent <= 100 else { return nil }
            self = .share(percent / 100)
        } else {
            guard let number = Int(argument), (1...10_000_000).contains(number) else { return nil }
            self = .number(number)
        }
    }

    /// How many they are beside some real ones, at least one.
    func count(of users: Int) -> Int {
        switch self {
        case .share(let share): max(1, Int((share * Double(users)).rounded()))
        case .number(let number): number
        }
    }

    var description: String {
        switch self {
        case .share(let share): "\(Words.decimal(100 * share, 2).trimmingSuffix("0").trimmingSuffix("."))%"
        case .number(let number): "\(number)"
        }
    }
}

extension Attack.Arrival: ExpressibleByArgument {}

extension String {
    /// The text without a sign at its end, however often it stands there.
    fileprivate func trimmingSuffix(_ sign: Character) -> String {
        String(reversed().drop { $0 == sign }.reversed())
    }
}
