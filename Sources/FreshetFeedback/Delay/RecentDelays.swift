/// The newest delays of one kind of outcome.
struct RecentDelays: Sendable {
    /// How many are kept.
    private static let capacity = 10_000

    private var delays: [(delay: Int64, answered: Int64)] = []
    private var oldest = 0

    mutating func add(_ delay: Int64, answered: Int64) {
        if delays.count < Self.capacity {
            delays.append((delay, answered))
        } else {
            delays[oldest] = (delay, answered)
            oldest = (oldest + 1) % Self.capacity
        }
    }

    /// The curve in milliseconds.
    func curve(now: Int64, window: Int64) -> DelayCurve? {
        guard !delays.isEmpty else { return nil }
        let outcomes = delays.map { entry in
            DelayCurve.Outcome(delay: Double(entry.delay), age: Double(max(now - entry.answered, entry.delay)))
        }
        return DelayCurve(outcomes, window: Double(window))
    }
}
