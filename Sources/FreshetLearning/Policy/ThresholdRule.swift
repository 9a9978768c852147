import Foundation
import FreshetCore

/// A rule of the operator's own: `recall@10 < 0.05 for 10m -> rollback`.
///
/// The figure is that of the live model over the shortest prequential window.
public struct ThresholdRule: Sendable, Equatable, CustomStringConvertible {
    /// On which side of the value the rule applies.
    public enum Side: String, Sendable, CaseIterable {
        /// The figure is lower.
        case below = "<"
        /// The figure is higher.
        case above = ">"
    }

    /// What the rule calls for.
    public enum Response: String, Sendable, CaseIterable {
        /// A full training.
        case retrain
        /// The last state known to be good.
        case rollback
    }

    /// The figure, such as `recall@10`.
    public var metric: String
    /// On which side of the value the rule applies.
    public var side: Side
    /// The value.
    public var value: Double
    /// For how many seconds it must apply without a break.
    public var seconds: Int64
    /// What it then calls for.
    public var response: Response

    /// Creates a rule.
    public init(_ metric: String, _ side: Side, _ value: Double, forSeconds seconds: Int64, _ response: Response) {
        self.metric = metric
        self.side = side
        self.value = value
        self.seconds = seconds
        self.response = response
    }

    /// Reads a rule.
    /// - Throws: ``FreshetError`` of kind `usage` with an example.
    public init(_ text: String) throws {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count == 7, words[3] == "for", words[5] == "->", let side = Side(rawValue: words[1]),
            let value = Double(words[2]), value.isFinite, let seconds = Self.seconds(words[4]),
            let response = Response(rawValue: words[6]), Self.isMetric(words[0])
        else {
            throw FreshetError(
                .usage,
                "'\(text)' is not a rule.",
                remedy: "For example: recall@10 < 0.05 for 10m -> rollback (or retrain; s, m, h or d)."
            )
        }
        self.init(words[0], side, value, forSeconds: seconds, response)
    }

    /// The rule as it is read.
    public var description: String {
        "\(metric) \(side.rawValue) \(value) for \(seconds)s -> \(response.rawValue)"
    }

    /// Whether a figure is on the rule's side.
    func applies(to figure: Double) -> Bool { side == .below ? figure < value : figure > value }

    private static func isMetric(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && ["recall", "mrr", "ndcg"].contains(parts[0]) && Int(parts[1]) ?? 0 > 0
    }

    private static func seconds(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
            (0...1_000_000).contains(count)
        else { return nil }
        return count * unit
    }
}

extension ThresholdRule: Codable {
    /// Reads the text form.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            try self.init(container.decode(String.self))
        } catch let error as FreshetError {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    /// Writes the text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// Keeps how long each rule has applied.
struct ThresholdMonitor: Sendable, Equatable, Codable {
    let rules: [ThresholdRule]
    /// Since when each rule applies, in milliseconds; `nil` while it does not.
    private var since: [Int64?]

    init(rules: [ThresholdRule]) {
        self.rules = rules
        since = rules.map { _ in nil }
    }

    /// The rules that have applied for long enough; each starts anew when it is returned.
    ///
    /// - Parameters:
    ///   - figures: the live model's; a rule whose figure is missing does not apply.
    ///   - time: in milliseconds since 1970; a clock that went back starts the rule anew.
    /// - Returns: each rule with the figure that it was found on.
    mutating func check(_ figures: [String: Double], time: Int64) -> [(rule: ThresholdRule, figure: Double)] {
        var due: [(rule: ThresholdRule, figure: Double)] = []
        for (place, rule) in rules.enumerated() {
            guard let figure = figures[rule.metric], rule.applies(to: figure) else {
                since[place] = nil
                continue
            }
            let start = min(since[place] ?? time, time)
            since[place] = start
            guard time - start >= rule.seconds * 1_000 else { continue }
            due.append((rule, figure))
            since[place] = nil
        }
        return due
    }
}
