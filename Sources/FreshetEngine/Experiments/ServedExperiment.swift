import FreshetCore
import FreshetExperiments

/// An experiment that serves or has served, as it is kept.
public struct ServedExperiment: Sendable, Equatable {
    /// How its variants meet.
    public enum Method: String, Sendable, Codable, CaseIterable {
        /// Each user has one of them.
        case split
        /// Every answer is put together from all of them by team draft.
        case interleaving
        /// Each user has one of them for a while, more users the better one.
        case bandit
    }

    /// Where it stands.
    public enum State: String, Sendable, Codable, CaseIterable {
        /// Its users are answered by their variants.
        case running
        /// It was ended without a decision.
        case stopped
        /// It was ended, and a variant was decided for.
        case concluded
        /// Everybody is answered by the variant that was decided for.
        case shipped
    }

    /// What was known when it was decided.
    public struct Decision: Sendable, Equatable, Codable {
        /// When, in milliseconds since 1970.
        public let time: Int64
        /// The variant that was decided for.
        public let winner: String
        /// What the experiment had shown.
        public let verdict: Verdict
        /// The same in words, with the figures.
        public let words: String
    }

    /// What is compared, on whom, and by what it is judged.
    public internal(set) var experiment: Experiment
    /// What each variant changes, in the order of the variants.
    public internal(set) var changes: [VariantChange]
    /// How its variants meet.
    public let method: Method
    /// The places in the product that take part; all when there is none.
    public let scenarios: [String]
    /// How many days before its beginning say what its users were like before.
    public let daysBefore: Double
    /// How a bandit shares out its users.
    public internal(set) var bandit: BanditSettings?
    /// A bandit's newest windows, the one at hand last.
    public internal(set) var windows: [BanditWindow] = []
    /// The times in which weights and coverage stood still, the oldest first; `nil` where they were never changed.
    public internal(set) var periods: [AllocationPeriod]?
    /// Where it stands.
    public internal(set) var state = State.running
    /// When it began, in milliseconds since 1970.
    public let started: Int64
    /// When it ended.
    public internal(set) var ended: Int64?
    /// What was decided, and on what.
    public internal(set) var decision: Decision?

    /// Its name.
    public var id: String { experiment.id }

    /// For how many days it has run.
    func days(at now: Int64) -> Double { Double(max((ended ?? now) - started, 0)) / 86_400_000 }

    /// Whether answers of a scenario take part.
    func covers(_ scenario: String?) -> Bool {
        scenarios.isEmpty || scenario.map(scenarios.contains) == true
    }

    /// The versions that it needs.
    var pinned: [ModelVersion] { state == .running ? changes.compactMap(\.pinned) : [] }

    /// The place of a variant.
    /// - Throws: ``FreshetError`` of kind `usage` for an unknown one.
    func place(of variant: String) throws -> Int {
        let names = experiment.variants.map(\.name)
        guard let place = names.firstIndex(of: variant) else {
            throw FreshetError.unknown("variant", variant, known: names)
        }
        return place
    }
}

extension ServedExperiment: Codable {
    enum CodingKeys: String, CodingKey {
        case experiment, changes, method, scenarios, bandit, windows, periods, state, started, ended, decision
        case daysBefore = "days_before"
    }
}
