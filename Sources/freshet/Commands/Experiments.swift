import ArgumentParser

/// `freshet experiments`.
struct Experiments: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Plan experiments, and see how their tests decide where the truth is known.",
        discussion: """
            How many users it takes, and what the tests do on simulated ones:

              freshet experiments plan --baseline 0.02 --lift 0.05
              freshet experiments simulate --trials 1000
            """,
        subcommands: [ExperimentsPlan.self, ExperimentsSimulate.self]
    )
}
