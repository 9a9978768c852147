import ArgumentParser
import FreshetCluster
import FreshetCore
import FreshetModels

/// How several processes train a model together.
struct ParallelOptions: ParsableArguments {
    @OptionGroup var ranks: RankOptions

    @Option(
        help: ArgumentHelp(
            "In what form gradients travel between ranks: float32, bf16, int8, or top-k: and a share.",
            valueName: "form"
        )
    )
    var wire = "float32"

    @Option(help: ArgumentHelp("Steps that each rank makes before all meet, for slow links.", valueName: "count"))
    var localSteps = 1

    @Option(help: ArgumentHelp("With --local-steps: the rate of the outer step; DiLoCo takes 0.7.", valueName: "rate"))
    var outerRate: Float = 1

    @Option(help: ArgumentHelp("With --local-steps: its momentum; DiLoCo takes 0.9.", valueName: "momentum"))
    var outerMomentum: Float = 0

    @Option(
        help: ArgumentHelp(
            "With --local-steps: steps that a rank makes while a meeting goes on, fewer than that many; 0 waits for it.",
            valueName: "count"
        )
    )
    var lateSteps = 0

    func validate() throws {
        guard isGiven || (wire == "float32" && localSteps == 1 && !isOuterGiven) else {
            throw ValidationError(
                "--wire, --local-steps, --late-steps, --outer-rate and --outer-momentum go with --ranks."
            )
        }
        guard localSteps != 1 || !isOuterGiven else {
            throw ValidationError(
                "--late-steps, --outer-rate and --outer-momentum go with --local-steps of 2 or more."
            )
        }
    }

    private var isOuterGiven: Bool { outerRate != 1 || outerMomentum != 0 || lateSteps != 0 }

    /// Whether there are several ranks.
    var isGiven: Bool { ranks.count > 1 }

    /// How a rank trains with the others.
    /// - Throws: ``FreshetError`` of kind `usage` when a value is out of range or the model cannot.
    func settings(for model: ModelDescription) throws -> DataParallel {
        var parallel = DataParallel()
        parallel.format = try WireFormat(wire)
        (parallel.local.steps, parallel.local.lateSteps) = (localSteps, lateSteps)
        (parallel.local.rate, parallel.local.momentum) = (outerRate, outerMomentum)
        try parallel.local.validate()
        guard !isGiven || model.name == SequenceTransformer.name else {
            throw FreshetError(
                .usage,
                "Several ranks train the model \(SequenceTransformer.name) only, not \(model.name).",
                remedy: "Leave --ranks out; --threads uses the cores of one machine."
            )
        }
        return parallel
    }
}
