/// A run of buckets of ``AssignmentHash``: whoever falls into it.
public struct BucketRange: Sendable, Equatable, Codable {
    /// The first bucket.
    public var from: Int
    /// The bucket behind the last.
    public var to: Int

    /// Creates a run.
    public init(from: Int, to: Int) {
        self.from = from
        self.to = to
    }

    /// How many buckets there are.
    public var count: Int { max(to - from, 0) }

    /// Whether a bucket is one of them.
    public func contains(_ bucket: Int) -> Bool { bucket >= from && bucket < to }

    /// Whether two runs have a bucket in common.
    public func overlaps(_ other: BucketRange) -> Bool { max(from, other.from) < min(to, other.to) }
}
