import ArgumentParser
import FreshetExperiments
import FreshetTensor

/// `freshet experiments simulate`.
struct ExperimentsSimulate: FreshetCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "What the tests decide on simulated users, with a look after every event.",
        discussion: """
            Experiments in which nothing differs, with users who come once and with users who come back, one in which a \
            variant is better, and how many users interleaving takes beside an A/B test.

              freshet experiments simulate --trials 1000
              freshet experiments simulate --trials 200 --lift 0.1 --horizon 20000 --json
            """
    )

    @Option(help: "How many experiments of each kind.")
    var trials = 1_000

    @Option(help: "Clicks per answer.")
    var rate = 0.3

    @Option(help: "By which share the better variant has more.")
    var lift = 0.05

    @Option(help: "How many events an experiment has at most.")
    var horizon = 100_000

    @Option(help: "How many users interleaving is measured on.")
    var users = 60_000

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard trials > 0, horizon > 0, users > 1 else {
            throw ValidationError("--trials, --horizon and --users must be above 0.")
        }
        guard rate > 0, lift > -1, rate * 1.5 * (1 + lift) <= 1 else {
            throw ValidationError("--rate \(rate) with --lift \(lift) gives some users more than a click an answer.")
        }
    }

    func execute(_ console: Console) throws {
        let kinds = [(0.0, 1.0), (0.0, 10.0), (lift, 1.0), (lift, 10.0)]
        let results = kinds.enumerated().map { kind, settings in
            console.note("\(Words.count(trials)) experiments with a lift of \(settings.0), \(settings.1) events a user")
            let simulation = ExperimentSimulation(
                rate: rate,
                lift: settings.0,
                visits: settings.1,
                horizon: horizon
            )
            return ExperimentTrials(simulation, trials: trials, peeks: settings.0 == 0) {
                RandomSource.stream(seed: common.seed, UInt64(kind), UInt64($0))
            }
        }
        var random = RandomSource.stream(seed: common.seed, 0x1E)
        let interleaving = InterleavingSimulation().run(users: users, random: &random)
        try console.result(Report(experiments: results, interleaving: interleaving)) {
            Self.words(results) + "\n\n" + Self.words(interleaving)
        }
    }

    private struct Report: Encodable {
        let experiments: [ExperimentTrials]
        let interleaving: InterleavingSimulation.Result
    }

    private static func words(_ results: [ExperimentTrials]) -> String {
        var table = ConsoleTable(
            header: [
                "lift", "events a user", "experiments", "won", "lost", "by peeking", "median users", "users to 80%",
                "one look",
            ]
        )
        for result in results {
            table.rows.append([
                "\(Words.decimal(100 * result.simulation.lift, 1))%", Words.decimal(result.simulation.visits, 0),
                Words.count(result.trials), "\(result.won)", "\(result.lost)",
                result.simulation.lift == 0 ? "\(result.peeked)" : "–", result.medianUnits.map(Words.count) ?? "–",
                result.unitsTo80Percent.map(Words.count) ?? "–", result.fixedHorizonUnits.map(Words.count) ?? "–",
            ])
        }
        return table.text
    }

    private static func words(_ result: InterleavingSimulation.Result) -> String {
        """
        Rankers that are \(Words.decimal(100 * result.lift, 2))% apart in clicks: an A/B test takes \
        \(Words.count(Int(result.abTest))) users, team draft \(Words.count(Int(result.teamDraft))), \
        probabilistic interleaving \(Words.count(Int(result.probabilistic))).
        """
    }
}
