import FreshetCore

/// What a trained version adds to the counts: the reciprocal ranks of both on sampled events, each predicted by both before
/// it was learned.
///
/// The counts alone are popularity and co-visitation with fusion weights that go on learning, as if nothing had ever been
/// trained.
public struct TrainedGain: Sendable, Equatable, Codable {
    /// The number of the version that is measured; 0 before the first.
    public private(set) var version = 0
    /// The paired figures since it went live.
    public private(set) var evidence = PairedEvidence()

    /// Creates a measurement without events.
    public init() {}

    /// Takes the reciprocal ranks of one event; those of another version begin anew.
    mutating func add(_ trained: Double, counts: Double, of version: ModelVersion) {
        if version.number != self.version { (self.version, evidence) = (version.number, PairedEvidence()) }
        evidence.add(trained, baseline: counts)
    }
}
