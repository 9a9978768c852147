/// How long outcomes take: the share of them that has come in by an age.
///
/// What happened recently is known in part only: of outcomes that take a day, those of the last hour's answers which are known
/// all took less than an hour. Counting known delays would say that everything is quick. The product-limit estimate for such
/// truncated data looks at each delay among the outcomes that could have been seen with it and had come in by then: `F` just below
/// a delay is the product over it and all longer ones of one minus their share there (Lagakos, Barraj and De Gruttola, 1988).
public struct DelayCurve: Sendable, Equatable, Codable {
    /// An outcome that is known: how long it took, and for how long it could have been seen.
    public struct Outcome: Sendable, Equatable, Codable {
        /// The time from the answer to the outcome.
        public var delay: Double
        /// The time from the answer to now; at least the delay.
        public var age: Double

        /// Creates an outcome.
        public init(delay: Double, age: Double) {
            precondition(delay >= 0 && age >= delay, "a delay of \(delay) at an age of \(age)")
            self.delay = delay
            self.age = age
        }
    }

    /// The longest time that an outcome may take to be counted.
    public let window: Double
    /// How many outcomes it was estimated from.
    public let count: Int
    /// The delays seen, ascending.
    private let delays: [Double]
    /// The share that has come in by each of them.
    private let shares: [Double]

    /// Estimates the curve from the outcomes within a window.
    public init(_ outcomes: [Outcome], window: Double) {
        self.window = window
        let known = outcomes.filter { $0.delay <= window }
        count = known.count
        let delays = known.map(\.delay).sorted()
        let ages = known.map { min($0.age, window) }.sorted()
        var distinct: [Double] = []
        var steps: [Double] = []
        var (start, aged) = (0, 0)
        while start < delays.count {
            let delay = delays[start]
            var end = start
            while end < delays.count, delays[end] == delay { end += 1 }
            while aged < ages.count, ages[aged] < delay { aged += 1 }
            // At risk: came in by this delay, and old enough for it to be seen.
            let atRisk = end - aged
            distinct.append(delay)
            steps.append(1 - Double(end - start) / Double(max(atRisk, end - start)))
            start = end
        }
        var shares = [Double](repeating: 1, count: distinct.count)
        var share = 1.0
        for place in distinct.indices.reversed() {
            shares[place] = share
            share *= steps[place]
        }
        self.delays = distinct
        self.shares = shares
    }

    /// The share of outcomes that has come in by an age; `nil` without outcomes.
    public func share(by age: Double) -> Double? {
        guard count > 0 else { return nil }
        if age >= window { return 1 }
        var (low, high) = (0, delays.count)
        while low < high {
            let middle = (low + high) / 2
            if delays[middle] <= age { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? shares[low - 1] : 0
    }
}
