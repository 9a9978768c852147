import Foundation
import FreshetCore
import FreshetTensor

/// Whether one model is better than another on the same users, or merely luckier.
///
/// Two tests of the users' differences, which need no distribution (Smucker, Allan and Carterette, 2007):
///
/// - the paired bootstrap draws users anew and asks how often the mean difference has the other sign;
/// - the randomization test flips each difference's sign by a coin, as if the models' names meant nothing, and asks how
///   often the mean is as far from zero as the one observed (Fisher, 1935).
///
/// Both p-values are two-sided, with one added to count and total so that none is zero.
public struct PairedComparison: Sendable, Equatable, Codable {
    /// The model that should be better.
    public let candidate: String
    /// The model that it is compared with.
    public let baseline: String
    /// The metric's key.
    public let metric: String
    /// How many users have a value from both.
    public let users: Int
    /// The mean of candidate minus baseline, with its bootstrap interval.
    public let difference: Estimate
    /// On how many users the candidate's value is higher.
    public let higher: Int
    /// On how many users the candidate's value is lower.
    public let lower: Int
    /// The p-value of the paired bootstrap.
    public let bootstrapP: Double
    /// The p-value of the randomization test.
    public let randomizationP: Double

    enum CodingKeys: String, CodingKey {
        case candidate, baseline, metric, users, difference, higher, lower
        case bootstrapP = "bootstrap_p"
        case randomizationP = "randomization_p"
    }

    /// Compares two models.
    ///
    /// - Parameters:
    ///   - candidate: the figures of the model that should be better.
    ///   - baseline: the figures of the other.
    ///   - metric: the metric's key, such as `ndcg@10`.
    ///   - resamples: how many resamples and how many random sign patterns.
    ///   - confidence: the chance with which the interval should hold the difference.
    ///   - seed: the seed of both.
    ///   - pool: the threads.
    /// - Throws: ``FreshetError`` of kind `usage` when the users differ or the metric was not measured.
    public init(
        of candidate: EvaluationResult,
        against baseline: EvaluationResult,
        metric: String,
        resamples: Int = 10_000,
        confidence: Double = 0.95,
        seed: UInt64 = 1,
        pool: ThreadPool
    ) throws {
        let names = (candidate.model ?? "candidate", baseline.model ?? "baseline")
        guard candidate.userValues.users == baseline.userValues.users else {
            throw FreshetError(
                .usage,
                "'\(names.0)' and '\(names.1)' were not evaluated on the same users, so they cannot be compared in pairs."
            )
        }
        guard let left = candidate.userValues.values[metric], let right = baseline.userValues.values[metric] else {
            let known = candidate.userValues.values.keys.filter { baseline.userValues.values[$0] != nil }
            throw FreshetError.unknown("metric of single users", metric, known: known)
        }
        let differences = zip(left, right).map { $0 - $1 }.filter { !$0.isNaN }
        guard !differences.isEmpty else {
            throw FreshetError(.usage, "No user has a value of \(metric) from both '\(names.0)' and '\(names.1)'.")
        }
        (self.candidate, self.baseline) = names
        self.metric = metric
        users = differences.count
        higher = differences.count { $0 > 0 }
        lower = differences.count { $0 < 0 }
        let options = EvaluationOptions(resamples: resamples, confidence: confidence, seed: seed)
        let (estimate, draws) = Bootstrap(options, pool: pool).mean(of: differences)
        difference = estimate
        let opposite = min(draws.count { $0 <= 0 }, draws.count { $0 >= 0 })
        bootstrapP = min(1, 2 * Double(1 + opposite) / Double(1 + resamples))
        randomizationP = Self.randomization(differences.filter { $0 != 0 }, patterns: resamples, seed: seed, pool: pool)
    }

    /// The share of random sign patterns whose sum is at least as far from zero as the one observed.
    private static func randomization(
        _ differences: [Float],
        patterns: Int,
        seed: UInt64,
        pool: ThreadPool
    ) -> Double {
        let values = differences.map(Double.init)
        // A hair less than what was seen, so that a pattern which gives the same sum in another order counts.
        let observed = abs(values.reduce(0, +)) * (1 - 1e-12)
        var sums = [Double](repeating: 0, count: patterns)
        sums.withUnsafeMutableBufferPointer { sums in
            values.withUnsafeBufferPointer { values in
                pool.forEachRange(patterns, grain: 64) { range, _ in
                    for pattern in range {
                        var random = RandomSource.stream(seed: seed, 0xF11B, UInt64(pattern))
                        var (sum, bits) = (0.0, UInt64(0))
                        for place in 0..<values.count {
                            if place % 64 == 0 { bits = random.next() }
                            sum += bits & 1 == 0 ? values[place] : -values[place]
                            bits >>= 1
                        }
                        sums[pattern] = sum
                    }
                }
            }
        }
        return Double(1 + sums.count { abs($0) >= observed }) / Double(1 + patterns)
    }

    /// The finding in one line.
    public var text: String {
        let format = { (value: Double) in String(format: "%+.4f", value) }
        return "\(candidate) against \(baseline): \(Metric.label(of: metric)) \(format(difference.value)) "
            + "(\(format(difference.low)) … \(format(difference.high))), randomization \(Self.describe(randomizationP)), "
            + "bootstrap \(Self.describe(bootstrapP)), \(users) users: \(higher) higher, \(lower) lower"
    }

    package static func describe(_ p: Double) -> String {
        p < 0.001 ? "p < 0.001" : String(format: "p = %.3f", p)
    }
}
