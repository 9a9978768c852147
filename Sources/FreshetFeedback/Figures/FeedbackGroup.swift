/// What answers have in common that figures are kept by.
public struct FeedbackGroup: Sendable, Hashable {
    /// The place in the product that asked; empty where none was named.
    public var scenario: String
    /// The version that answered, without its micro-updates.
    public var version: String
    /// The variant of an experiment that answered; empty where none ran.
    public var variant: String
    /// The segments of the user, between commas; empty where none is known.
    public var segments: String
    /// The rules that were in force, between commas; empty where none was.
    public var rules: String

    /// Creates a group.
    public init(
        scenario: String = "",
        version: String = "",
        variant: String = "",
        segments: String = "",
        rules: String = ""
    ) {
        self.scenario = scenario
        self.version = version
        self.variant = variant
        self.segments = segments
        self.rules = rules
    }
}
