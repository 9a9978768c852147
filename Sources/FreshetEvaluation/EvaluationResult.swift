import Foundation
import FreshetCore

/// A figure with its confidence interval.
public struct Estimate: Sendable, Equatable, Codable {
    /// The figure.
    public var value: Double
    /// The lower end of the interval.
    public var low: Double
    /// The upper end of the interval.
    public var high: Double

    /// Creates an estimate.
    public init(value: Double, low: Double, high: Double) {
        self.value = value
        self.low = low
        self.high = high
    }

    /// Half the interval's length: what stands after `±`.
    public var margin: Double { (high - low) / 2 }
}

/// The figures of a part of the users or of the items.
public struct SegmentResult: Sendable, Equatable, Codable {
    /// What the part is called, such as `new users`.
    public var name: String
    /// Who belongs to it.
    public var definition: String
    /// How many users it has.
    public var users: Int
    /// The figures by key, such as `ndcg@10`.
    public var metrics: [String: Estimate]

    /// Creates the figures of a part.
    public init(name: String, definition: String, users: Int, metrics: [String: Estimate]) {
        self.name = name
        self.definition = definition
        self.users = users
        self.metrics = metrics
    }
}

/// Each user's own values of a result's metrics, which a paired test compares.
public struct UserValues: Sendable, Equatable {
    /// Who the users are: equal arrays mean the same users in the same order.
    public var users: [Int]
    /// The values by key; `.nan` where the metric is not defined for a user.
    public var values: [String: [Float]]

    /// Creates the users' values.
    public init(users: [Int] = [], values: [String: [Float]] = [:]) {
        self.users = users
        self.values = values
    }
}

/// What an evaluation found.
public struct EvaluationResult: Sendable, Equatable, Codable {
    /// The model's name, when the caller gave one.
    public var model: String?
    /// How the figures were made, in one sentence.
    public var method: String
    /// How many users were evaluated.
    public var users: Int
    /// How many negatives each target was ranked against, when the catalogue was sampled.
    public var sampled: Int?
    /// Whether the items of a user's history were left out of the ranking, where that is known.
    public var excludesSeen: Bool?
    /// How many of the targets stand in what was learned from, where that is known.
    public var knownTargets: KnownTargets?
    /// What makes the figures doubtful, in words; `nil` when nothing does.
    public var warning: String?
    /// The rating from which on an item counts as liked, for rating models.
    public var threshold: Double?
    /// The figures by key, such as `ndcg@10`.
    public var metrics: [String: Estimate]
    /// The figures of new and old users, head and tail items.
    public var segments: [SegmentResult]
    /// How often each item was recommended among the first ``frequencyCutoff``, by ``ItemIndex``.
    ///
    /// Not part of the JSON.
    public var recommendationCounts: [Int] = []
    /// The cutoff of ``recommendationCounts``.
    public var frequencyCutoff: Int?
    /// The users' own values, for paired tests.
    ///
    /// Not part of the JSON.
    public var userValues = UserValues()

    /// Creates a result.
    public init(
        model: String? = nil,
        method: String,
        users: Int,
        threshold: Double? = nil,
        metrics: [String: Estimate],
        segments: [SegmentResult] = []
    ) {
        self.model = model
        self.method = method
        self.users = users
        self.threshold = threshold
        self.metrics = metrics
        self.segments = segments
    }

    enum CodingKeys: String, CodingKey {
        case model, method, users, sampled, warning, threshold, metrics, segments
        case knownTargets = "known_targets"
        case excludesSeen = "excludes_seen"
        case frequencyCutoff = "frequency_cutoff"
    }

    /// The figure of a metric, or `nil` when it was not measured.
    public subscript(metric: Metric, at cutoff: Int? = nil) -> Estimate? { metrics[metric.key(at: cutoff)] }

    /// The result as JSON with sorted keys.
    /// - Throws: ``FreshetError`` of kind `invalidData` when a figure is not finite.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        } catch let error as EncodingError {
            throw FreshetError(.invalidData, "The figures cannot be written as JSON: \(error).")
        }
    }
}
