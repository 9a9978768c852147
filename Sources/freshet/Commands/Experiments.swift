import ArgumentParser

/// `freshet experiments`.
struct Experiments: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare versions and settings on live users; plan experiments, and see how their tests decide.",
        discussion: """
            Experiments of a running server; what is in the file is the body of POST /v1/experiments:

              freshet experiments start frozen.json
              freshet experiments list
              freshet experiments show frozen
              freshet experiments change frozen --coverage 0.8
              freshet experiments conclude frozen --variant continual
              freshet experiments ship frozen

            How many users it takes, and what the tests do on simulated ones:

              freshet experiments plan --baseline 0.02 --lift 0.05
              freshet experiments simulate --trials 1000
            """,
        subcommands: [
            ExperimentsList.self, ExperimentsShow.self, ExperimentsStart.self, ExperimentsChange.self,
            ExperimentsStop.self, ExperimentsConclude.self, ExperimentsShip.self, ExperimentsDelete.self,
            ExperimentsPlan.self,
            ExperimentsSimulate.self,
        ]
    )
}
