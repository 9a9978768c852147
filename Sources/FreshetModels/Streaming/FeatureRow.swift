/// A row of a ``FeatureTable``: one number that somebody knows of every candidate.
///
/// Logarithms and flags serve best: a weight of 1 on a logarithm makes the softmax of the scores proportional to what it is
/// the logarithm of.
public struct FeatureRow: Sendable, Equatable {
    /// Its name, by which weights are kept: one row of a table only.
    public var name: String
    /// Roughly its middle, which products are taken around.
    public var center: Float
    /// One over its spread, by which products are brought to a common scale.
    public var factor: Float
    /// The weight that a system starts with.
    public var start: Float
    /// The same where nobody knows what the user did.
    public var firstStart: Float
    /// Whether the trained model says it: another model's word must prove its worth anew.
    public var isOfModel: Bool

    /// Creates a row.
    public init(
        _ name: String,
        center: Float = 0,
        factor: Float = 1,
        start: Float = 0,
        firstStart: Float? = nil,
        isOfModel: Bool = false
    ) {
        self.name = name
        self.center = center
        self.factor = factor
        self.start = start
        self.firstStart = firstStart ?? start
        self.isOfModel = isOfModel
    }
}

/// Two rows, by name, whose product is a term of the fused score as well.
public struct FeatureProduct: Sendable, Equatable {
    /// The one row.
    public var left: String
    /// The other, or the same for its square.
    public var right: String

    /// Creates a product.
    public init(_ left: String, _ right: String) {
        self.left = left
        self.right = right
    }

    var name: String { "\(left) \(right)" }
}
