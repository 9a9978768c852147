import FreshetCore

/// A rule on what a classifier says of the texts that it is asked about: `sentiment: negative > 0.3 in 1h`.
///
/// It applies when more than that share of the texts of so long have the label as their most probable one.
public struct LabelAlert: Sendable, Equatable, CustomStringConvertible {
    /// With fewer texts a share says nothing.
    static let leastTexts = 20

    /// The classifier's name.
    public let classifier: String
    /// The label.
    public let label: String
    /// The share from which on it applies, 0 to 1.
    public let share: Double
    /// How long texts count, in seconds.
    public let seconds: Int64

    /// Reads a rule.
    /// - Throws: ``FreshetError`` of kind `usage` with an example.
    public init(_ text: String) throws {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        let name = words.dropLast(4).joined(separator: " ")
        guard words.count > 4, let colon = name.firstIndex(of: ":") else { throw Self.noRule(text) }
        let tail = Array(words.suffix(4))
        classifier = String(name[..<colon])
        label = name[name.index(after: colon)...].trimmingPrefix { $0 == " " }.description
        guard tail[0] == ">", tail[2] == "in", let share = Double(tail[1]), (0..<1).contains(share),
            let seconds = Self.seconds(tail[3]), !classifier.isEmpty, !label.isEmpty
        else { throw Self.noRule(text) }
        (self.share, self.seconds) = (share, seconds)
    }

    /// The rule as it is read.
    public var description: String { "\(classifier): \(label) > \(share) in \(seconds)s" }

    private static func seconds(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
            (1...1_000_000).contains(count)
        else { return nil }
        return count * unit
    }

    private static func noRule(_ text: String) -> FreshetError {
        FreshetError(
            .usage,
            "'\(text)' is not a valid alert rule.",
            remedy: "For example: sentiment: negative > 0.3 in 1h (s, m, h or d)."
        )
    }
}

/// Follows the texts of one rule: how many came lately, and how many had the label.
struct LabelWatch {
    /// The number of parts that a rule's time is counted in; the oldest is forgotten as a whole.
    private static let parts: Int64 = 60

    let rule: LabelAlert
    private var counts: [(part: Int64, texts: Int, hits: Int)] = []
    /// Whether the rule applies already: it is told once, until it applies no more.
    private var applies = false

    init(_ rule: LabelAlert) { self.rule = rule }

    /// Counts a text.
    ///
    /// - Parameters:
    ///   - label: its most probable label.
    ///   - time: when, in milliseconds since 1970.
    /// - Returns: the share and the number of texts, when the rule begins to apply.
    mutating func count(_ label: String, at time: Int64) -> (share: Double, texts: Int)? {
        let width = max(1, rule.seconds * 1000 / Self.parts)
        let part = time / width
        if counts.last?.part != part { counts.append((part, 0, 0)) }
        counts[counts.count - 1].texts += 1
        if label == rule.label { counts[counts.count - 1].hits += 1 }
        counts.removeAll { $0.part <= part - Self.parts }
        let texts = counts.reduce(0) { $0 + $1.texts }
        let share = Double(counts.reduce(0) { $0 + $1.hits }) / Double(texts)
        guard texts >= LabelAlert.leastTexts else { return nil }
        defer { applies = share > rule.share }
        return share > rule.share && !applies ? (share, texts) : nil
    }
}
