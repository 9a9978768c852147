import Synchronization

/// A token bucket for each key: a request takes a token, and tokens come back at a steady rate.
final class RateLimiter: Sendable {
    private struct Bucket {
        var tokens: Double
        var time: ContinuousClock.Instant
    }

    private let rate: Double
    private let burst: Double
    private let buckets = Mutex<[String: Bucket]>([:])

    /// Creates a limiter; a rate of 0 is no limit.
    init(_ configuration: ServerConfiguration.RateLimit) {
        rate = configuration.requestsPerSecond
        burst = configuration.burst
    }

    /// Takes a token for a request of a key.
    /// - Returns: `nil` when there was one, else the seconds until there is.
    func take(_ key: String, now: ContinuousClock.Instant = .now) -> Int? {
        guard rate > 0 else { return nil }
        return buckets.withLock { buckets in
            var bucket = buckets[key] ?? Bucket(tokens: burst, time: now)
            let seconds = max(0, (now - bucket.time) / .seconds(1))
            bucket.tokens = min(burst, bucket.tokens + seconds * rate)
            bucket.time = now
            defer { buckets[key] = bucket }
            guard bucket.tokens >= 1 else { return Int(((1 - bucket.tokens) / rate).rounded(.up)) }
            bucket.tokens -= 1
            return nil
        }
    }

    /// Forgets the buckets of keys that are no more.
    func keep(_ keys: Set<String>) {
        buckets.withLock { buckets in buckets = buckets.filter { keys.contains($0.key) } }
    }
}
