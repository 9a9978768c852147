import FreshetCore
import FreshetExperiments

/// An experiment as somebody asks for it.
public struct ExperimentDraft: Sendable, Equatable {
    /// What is compared, on whom, and by what it is judged.
    public var experiment: Experiment
    /// What each variant changes, in the order of the variants.
    public var changes: [VariantChange]
    /// How its variants meet.
    public var method: ServedExperiment.Method
    /// The places in the product that take part; all when there is none.
    public var scenarios: [String]
    /// How many days before its beginning say what its users were like before; 0 for none.
    public var daysBefore: Double
    /// How a bandit shares out its users.
    public var bandit = BanditSettings()

    /// Creates a draft.
    public init(
        _ experiment: Experiment,
        changes: [VariantChange],
        method: ServedExperiment.Method = .split,
        scenarios: [String] = [],
        daysBefore: Double = 7
    ) {
        precondition(changes.count == experiment.variants.count, "\(changes.count) changes")
        self.experiment = experiment
        self.changes = changes
        self.method = method
        self.scenarios = scenarios
        self.daysBefore = daysBefore
    }
}
