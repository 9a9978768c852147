import FreshetData

/// What ``FeatureTrials`` found.
///
/// A choice is a liking, with an item beside it that was known by then, that the user had not liked, and that was drawn with equal
/// chances: a row to be told a yes and one to be told a no.
public struct FeatureTrialReport: Sendable, Equatable, Encodable {
    /// How many choices were looked at.
    public let choices: Int
    /// How many of them, the newest, features were judged on.
    public let testChoices: Int
    /// The mean log loss of these from user and item alone; 0.693 knows nothing.
    public let logLoss: Double
    /// The features: those that are proposed first, each part by its gain.
    public let features: [TriedFeature]
}

/// What one feature tells.
public struct TriedFeature: Sendable, Equatable, Encodable {
    /// Its name: `item.` and `user.` before those of attributes.
    public let name: String
    /// How many different values it has in the choices.
    public let values: Int
    /// The share of the rows that have it.
    public let coverage: Double
    /// What its values are learned as; `nil` where they are not.
    public internal(set) var kind: FeatureColumn.Kind?
    /// Why it is left out before any trial.
    public internal(set) var fault: String?
    /// How much lower the log loss is than with its values shuffled.
    public internal(set) var gain: Double?
    /// The standard deviation of the log loss among shuffles.
    public internal(set) var deviation: Double?
    /// Whether the gain is more than chance gives, and worth a column.
    public internal(set) var isProposed = false

    /// Where it stands among others.
    var rank: (Int, Double) { (isProposed ? 1 : 0, gain ?? -.infinity) }

    init(of column: CodedTable.Column) {
        let counts = column.counts
        name = column.name
        values = counts.count { $0 > 0 }
        coverage = Double(counts.reduce(0, +)) / Double(max(1, column.codes.count))
    }
}
