import Foundation

/// Delays that are as likely to end in the next minute at every age: one number instead of a curve.
public struct ExponentialDelay: Sendable, Equatable, Codable {
    /// The mean delay.
    public let mean: Double

    /// Creates delays of a mean.
    public init(mean: Double) {
        precondition(mean > 0, "a mean delay of \(mean)")
        self.mean = mean
    }

    /// The mean that makes outcomes which are known by their ages most likely; `nil` without outcomes.
    ///
    /// Each known delay is one of those below its age, which the likelihood allows for; the mean of the known ones would be too
    /// small (the exponential model of Chapelle, KDD 2014, for outcomes that came).
    public init?(_ outcomes: [DelayCurve.Outcome]) {
        let delays = outcomes.reduce(0) { $0 + $1.delay }
        guard delays > 0 else { return nil }
        let count = Double(outcomes.count)
        // The likelihood's slope in the mean: falls through zero once.
        func slope(_ mean: Double) -> Double {
            outcomes.reduce(delays - count * mean) { sum, outcome in
                let ratio = outcome.age / mean
                return ratio < 700 ? sum + outcome.age / expm1(ratio) : sum
            }
        }
        var (low, high) = (delays / count / 1e3, delays / count * 1e6)
        for _ in 0..<200 {
            let middle = (low * high).squareRoot()
            if slope(middle) > 0 { low = middle } else { high = middle }
        }
        mean = (low * high).squareRoot()
    }

    /// The share of outcomes that has come in by an age.
    public func share(by age: Double) -> Double { -expm1(-max(age, 0) / mean) }
}
