import ArgumentParser
import FreshetCore
import FreshetData
import FreshetModels

/// `freshet audit erasure`.
struct AuditErasure: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erasure",
        abstract: "Erase users and measure what is left of them in store and weights.",
        discussion: """
            Canaries, users who do what nobody else does, are added to a copy of the data in a store of its own. A model is trained \
            with them, they are erased as DELETE /v1/users/{id} does it, and a model is trained anew. Asked is

              in the store     whether anything is known of them;
              in the weights   whether their events rank higher than those of users who were drawn in the same way and never seen;
              the twin         how far the new weights are from those of a training that never saw them.

            The data may be a file or the data folder of a server, which may run and is not changed. The exit code is 1 when something is \
            left. Documentation/Erasure.md says what the figures mean.

              freshet audit erasure --data freshet-data --model sequence-transformer
              freshet audit erasure --data events.tsv --model co-visitation --canaries 500 --json
            """
    )

    private static let mostCanaries = 100_000

    @OptionGroup var dataOptions: DataOptions
    @OptionGroup var modelOptions: ModelOptions

    @Option(
        help: """
            How many canaries are erased, and how many strangers they are compared with: with 500 an AUC up to 0.036 from 0.5 \
            is chance.
            """
    )
    var canaries = 500

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (10...Self.mostCanaries).contains(canaries) else {
            throw ValidationError("--canaries is \(canaries), but must be in 10...\(Self.mostCanaries).")
        }
    }

    func run() async throws {
        let console = Console(isJSON: common.json, isQuiet: common.quiet)
        // Wrong names are found before anything is read.
        let model = FoldModel(
            description: try modelOptions.description(),
            preset: modelOptions.preset,
            overrides: try modelOptions.overrides()
        )
        let trial = ErasureTrial(
            model: model,
            dataset: try dataOptions.read(console).dataset,
            count: canaries,
            seed: common.seed,
            pool: common.makePool(),
            console: console
        )
        let report = try await trial.report()
        try console.result(report) { report.words }
        guard report.passed else { throw ExitCode.failure }
    }
}
