import ArgumentParser
import FreshetCore
import FreshetExperiments

/// `freshet experiments plan`.
struct ExperimentsPlan: FreshetCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "How many users an experiment takes to find an effect.",
        discussion: """
            The baseline is a share of users, such as those who buy. The sequential test may be looked at all the time and \
            usually ends sooner; the figure is by when four of five experiments have found the effect.

              freshet experiments plan --baseline 0.02 --lift 0.05
              freshet experiments plan --baseline 0.3 --lift 0.1 --power 0.9 --json
            """
    )

    @Option(help: "The share of users that do it today.")
    var baseline: Double

    @Option(help: "The effect to find, as a share of the baseline: 0.05 for 5% more.")
    var lift: Double

    @Option(help: "The chance to find it.")
    var power = 0.8

    @Option(help: "The chance of a false verdict.")
    var alpha = VerdictRules().alpha

    @OptionGroup var common: CommonOptions

    func execute(_ console: Console) throws {
        var rules = VerdictRules()
        rules.alpha = alpha
        try rules.validate()
        var needed = try UnitsNeeded(baseline: baseline, lift: lift, rules: rules, power: power)
        // Tightest where the effect is looked for.
        rules.optimum = Double(2 * needed.fixedHorizon)
        needed = try UnitsNeeded(baseline: baseline, lift: lift, rules: rules, power: power)
        try console.result(Plan(unitsPerVariant: needed, optimum: rules.optimum)) {
            """
            Users in each variant: \(Words.count(needed.fixedHorizon)) for one look at the end, at most \
            \(Words.count(needed.sequential)) with a look at any moment ("optimum": \(Words.count(2 * needed.fixedHorizon))).
            """
        }
    }

    private struct Plan: Encodable {
        let unitsPerVariant: UnitsNeeded
        let optimum: Double

        enum CodingKeys: String, CodingKey {
            case unitsPerVariant = "users_per_variant"
            case optimum
        }
    }
}
