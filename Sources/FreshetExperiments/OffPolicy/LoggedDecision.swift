/// What a policy showed once, with what chance, what came of it, and with what chance another policy would have shown it.
public struct LoggedDecision: Sendable, Equatable {
    /// What came of it, such as 1 for a click.
    public var reward: Double
    /// The chance with which it was shown, above 0.
    public var propensity: Double
    /// The chance with which the policy that is judged would have shown it.
    public var target: Double
    /// What a model expects of what was shown; `nil` without a model.
    public var predicted: Double?
    /// What the model expects of what the judged policy would show, over its choices; `nil` without a model.
    public var expected: Double?

    /// Creates a decision.
    public init(
        reward: Double,
        propensity: Double,
        target: Double,
        predicted: Double? = nil,
        expected: Double? = nil
    ) {
        precondition(propensity > 0 && target >= 0, "shown with a chance of \(propensity), to be with \(target)")
        self.reward = reward
        self.propensity = propensity
        self.target = target
        self.predicted = predicted
        self.expected = expected
    }

    /// How many decisions of the judged policy it stands for.
    public var weight: Double { target / propensity }
}
