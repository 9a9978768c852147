/// Counts of times in buckets whose width is 1/64 of their value: quantiles within 1.6%, whatever the count.
package struct LatencyHistogram: Sendable, Equatable {
    private static let steps = 64
    /// From a microsecond to about 70 minutes.
    private static let doublings = 32

    private var counts = [Int](repeating: 0, count: steps * doublings)

    /// Creates a histogram that has counted nothing.
    package init() {}

    /// How many times were counted.
    package private(set) var count = 0
    /// The sum of the times in seconds.
    package private(set) var sum = 0.0
    /// The longest time in seconds.
    package private(set) var longest = 0.0

    /// Counts a time in seconds.
    package mutating func record(_ seconds: Double) {
        counts[Self.bucket(of: seconds)] += 1
        count += 1
        sum += seconds
        longest = max(longest, seconds)
    }

    /// The time in seconds that a share of all does not exceed; 0 when there is none.
    package func quantile(_ share: Double) -> Double {
        let wanted = max(1, Int((share * Double(count)).rounded(.up)))
        var seen = 0
        for (bucket, number) in counts.enumerated() {
            seen += number
            if seen >= wanted { return min(Self.upperBound(of: bucket), longest) }
        }
        return longest
    }

    /// The counts of two histograms together.
    package mutating func add(_ other: LatencyHistogram) {
        for bucket in counts.indices { counts[bucket] += other.counts[bucket] }
        count += other.count
        sum += other.sum
        longest = max(longest, other.longest)
    }

    /// A doubling is cut into 64 equal parts; the first bucket takes everything up to a microsecond.
    private static func bucket(of seconds: Double) -> Int {
        let microseconds = max(1, seconds * 1e6)
        let doubling = min(Int(microseconds.exponent), doublings - 1)
        let part = Int((microseconds.significand - 1) * Double(steps))
        return min(doubling * steps + part, steps * doublings - 1)
    }

    private static func upperBound(of bucket: Int) -> Double {
        let doubling = Double(1 << (bucket / steps))
        return doubling * (1 + Double(bucket % steps + 1) / Double(steps)) / 1e6
    }
}
