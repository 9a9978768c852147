/// One of the things that an experiment compares.
public struct Variant: Sendable, Equatable, Codable {
    /// Its name, which impressions carry.
    public var name: String
    /// Its share of the units that take part.
    public var weight: Double
    /// The share of all units that may ever be its own; `nil` until the experiment is created, then its first weight.
    public internal(set) var home: Double?

    /// Creates a variant.
    public init(name: String, weight: Double) {
        self.name = name
        self.weight = weight
    }
}
