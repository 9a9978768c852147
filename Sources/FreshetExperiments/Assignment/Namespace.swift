/// A part of the units that one experiment has to itself: experiments in disjoint ranges of one namespace share nobody.
public struct Namespace: Sendable, Equatable, Codable {
    /// The name that experiments which exclude each other have in common.
    public var name: String
    /// Where the experiment's part begins, as a share of all units.
    public var from: Double
    /// Where it ends.
    public var to: Double

    /// Creates a part of a namespace.
    public init(name: String, from: Double, to: Double) {
        self.name = name
        self.from = from
        self.to = to
    }

    /// The part in buckets.
    var range: BucketRange {
        let count = Double(AssignmentHash.buckets)
        return BucketRange(from: Int((from * count).rounded()), to: Int((to * count).rounded()))
    }

    /// Whether a unit belongs to the part.
    ///
    /// The namespace's name is the seed, so that where a unit falls in it says nothing of its variant.
    public func contains(_ unit: String) -> Bool {
        range.contains(AssignmentHash.bucket(prefix: "namespace:", seed: name, unit: unit))
    }

    /// Whether two experiments' parts have units in common.
    public func overlaps(_ other: Namespace) -> Bool { name == other.name && range.overlaps(other.range) }
}
