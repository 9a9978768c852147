import FreshetCore

/// Events that were learned and wait for the weights that learned them to serve: what freshness is measured on.
struct FreshnessQueue {
    /// More than a publication ever waits for; above, the oldest are not measured.
    private static let limit = 1 << 20

    private var received: [Int64] = []

    /// Takes in an event that was learned.
    mutating func append(_ event: LoggedEvent) {
        guard event.received > 0 else { return }
        if received.count >= Self.limit { received.removeFirst(Self.limit / 2) }
        received.append(event.received)
    }

    /// Weights that learned all of them serve since now: measures each and forgets it.
    mutating func publish(at now: Int64, to histogram: Histogram) {
        for time in received { histogram.record(milliseconds: now - time) }
        received.removeAll(keepingCapacity: true)
    }

    /// Forgets all: what was learned is thrown away.
    mutating func removeAll() { received.removeAll(keepingCapacity: true) }
}
