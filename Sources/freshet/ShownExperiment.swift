import FreshetCore

/// The experiments of a server.
struct ShownExperiments: Codable, Sendable {
    let experiments: [ShownExperiment]

    /// A table of them.
    var words: String {
        guard !experiments.isEmpty else { return "There is no experiment." }
        var table = ConsoleTable(header: ["experiment", "state", "since", "variants", "verdict"])
        for shown in experiments {
            table.rows.append([
                shown.id, shown.state, Words.date(shown.started / 1000),
                shown.variants.map(\.name).joined(separator: ","),
                (shown.decision?.verdict ?? shown.verdict ?? "–").replacing("_", with: " "),
            ])
        }
        return table.text
    }
}

/// An experiment as the server shows it, as far as people read it.
struct ShownExperiment: Codable, Sendable {
    struct Variant: Codable, Sendable {
        let name: String
        let weight: Double
        let version: String?
        let frozen: String?
        let policy: String?
        let rule: String?
    }

    struct Decision: Codable, Sendable {
        let winner: String
        let verdict: String
        let words: String
    }

    struct Comparison: Codable, Sendable {
        let days: Double
        let units: [String: Int]
        let metrics: [Metric]
        let guardrails: [Metric]
    }

    struct Metric: Codable, Sendable {
        let metric: String
        let variant: String
        let value: Double?
        let control: Double?
        let lift: Double?
        let low: Double?
        let high: Double?
        let chance: Double

        enum CodingKeys: String, CodingKey {
            case metric, variant, value, lift, low, high
            case control = "control_value"
            case chance = "p_value"
        }
    }

    struct Preference: Codable, Sendable {
        let days: Double
        let rankers: [Ranker]
    }

    struct Allocation: Codable, Sendable {
        let windows: Int
        let arms: [Arm]
    }

    struct Arm: Codable, Sendable {
        let variant: String
        let share: Double
        let units: Int
        let value: Double?
        let chance: Double
    }

    struct Ranker: Codable, Sendable {
        let variant: String
        let wins: Int
        let losses: Int
        let ties: Int
        let preference: Double?
        let low: Double?
        let high: Double?
    }

    let id: String
    let state: String
    let method: String
    let coverage: Double?
    let started: Int64
    let ended: Int64?
    let variants: [Variant]
    let verdict: String?
    let variant: String?
    /// What it has shown, in a sentence.
    let sentence: String?
    let decision: Decision?
    let comparison: Comparison?
    let preference: Preference?
    let allocation: Allocation?

    enum CodingKeys: String, CodingKey {
        case id, state, method, coverage, started, ended, variants, verdict, variant, decision, comparison, preference
        case allocation
        case sentence = "words"
    }

    /// The figures and the verdict.
    var words: String {
        var lines = ["\(id): \(state) since \(Words.date(started / 1000)), by \(method)."]
        if let comparison { lines.append(table(comparison)) }
        if let preference { lines.append(table(preference)) }
        if let allocation { lines.append(table(allocation)) }
        if let decision {
            lines.append("Decided for '\(decision.winner)'. What was known: \(decision.words)")
        } else {
            lines.append(sentence ?? "Nothing is known yet.")
        }
        return lines.joined(separator: "\n\n")
    }

    private func table(_ comparison: Comparison) -> String {
        let first = variants.first?.name ?? ""
        var table = ConsoleTable(header: ["metric", "variant", "users", "figure", "of '\(first)'", "lift", "p-value"])
        for metric in comparison.metrics + comparison.guardrails {
            table.rows.append([
                metric.metric, metric.variant, Words.count(comparison.units[metric.variant] ?? 0),
                metric.value.map { Words.decimal($0, 4) } ?? "–", metric.control.map { Words.decimal($0, 4) } ?? "–",
                Self.interval(metric.lift, metric.low, metric.high), Words.decimal(metric.chance, 4),
            ])
        }
        return table.text
    }

    private func table(_ preference: Preference) -> String {
        var table = ConsoleTable(header: ["variant", "won", "lost", "tied", "preference"])
        for ranker in preference.rankers {
            table.rows.append([
                ranker.variant, Words.count(ranker.wins), Words.count(ranker.losses), Words.count(ranker.ties),
                Self.interval(ranker.preference, ranker.low, ranker.high),
            ])
        }
        return table.text
    }

    private func table(_ allocation: Allocation) -> String {
        var table = ConsoleTable(header: ["variant", "share", "users", "figure", "chance to be best"])
        for arm in allocation.arms {
            table.rows.append([
                arm.variant, Self.percent(arm.share), Words.count(arm.units),
                arm.value.map { Words.decimal($0, 4) } ?? "–", Self.percent(arm.chance),
            ])
        }
        return table.text
    }

    private static func interval(_ value: Double?, _ low: Double?, _ high: Double?) -> String {
        guard let value else { return "–" }
        guard let low, let high else { return percent(value) }
        return "\(percent(value)) (\(percent(low)) to \(percent(high)))"
    }

    private static func percent(_ share: Double) -> String { Words.decimal(100 * share, 1) + "%" }
}
