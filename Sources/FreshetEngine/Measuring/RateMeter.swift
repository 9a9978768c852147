import Synchronization

/// How many of something come a second, over the last ten full seconds.
final class RateMeter: Sendable {
    private static let seconds = 10

    private struct Ring {
        /// One more than are averaged: the running second is not full yet.
        var counts = [Int](repeating: 0, count: RateMeter.seconds + 1)
        var second: Int64

        mutating func turn(to now: Int64) {
            for passed in stride(from: second + 1, through: min(now, second + Int64(counts.count)), by: 1) {
                counts[Int(passed % Int64(counts.count))] = 0
            }
            // What passed beyond one turn of the ring has left nothing to clear.
            if now > second { second = now }
        }
    }

    private let ring: Mutex<Ring>
    private let start = ContinuousClock.now

    init() { ring = Mutex(Ring(second: 0)) }

    /// Counts some.
    func add(_ count: Int) {
        let now = second
        ring.withLock { ring in
            ring.turn(to: now)
            ring.counts[Int(ring.second % Int64(ring.counts.count))] += count
        }
    }

    /// How many came a second; in the first seconds, over those there were.
    var perSecond: Double {
        let now = second
        return ring.withLock { ring in
            ring.turn(to: now)
            let running = ring.counts[Int(ring.second % Int64(ring.counts.count))]
            return Double(ring.counts.reduce(0, +) - running) / Double(min(max(now, 1), Int64(Self.seconds)))
        }
    }

    private var second: Int64 { (ContinuousClock.now - start).components.seconds }
}
