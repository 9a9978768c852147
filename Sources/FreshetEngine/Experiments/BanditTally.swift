import FreshetExperiments
import FreshetFeedback
import FreshetTensor

/// What a bandit's users did in each of its newest windows, in the metric that decides.
struct BanditTally: Sendable {
    private struct Window: Sendable {
        var sums: [ArmSums]
        var users: [UInt64: UnitTotals] = [:]
    }

    private let metric: String
    private let variants: Int
    private let settings: BanditSettings
    /// When each window began, ascending.
    private var starts: [Int64]
    private var windows: [Int: Window] = [:]

    init(_ served: ServedExperiment) {
        metric = served.experiment.metrics[0]
        variants = served.experiment.variants.count
        settings = served.bandit ?? BanditSettings()
        starts = served.windows.map(\.started)
    }

    /// Takes it that windows begin, as the experiment says.
    mutating func follow(_ served: ServedExperiment) {
        starts = served.windows.map(\.started)
        for start in windows.keys where !starts.contains(Int64(start)) { windows[start] = nil }
    }

    /// Takes what came of an answer of a variant.
    mutating func take(_ outcome: FeedbackOutcome, of variant: Int) {
        guard let start = starts.last(where: { $0 <= outcome.time }),
            let part = outcome.change.contribution(to: metric)
        else { return }
        var window =
            windows.removeValue(forKey: Int(start)) ?? Window(sums: [ArmSums](repeating: ArmSums(), count: variants))
        var user = window.users.removeValue(forKey: outcome.user) ?? UnitTotals()
        if case .seen(_, let before) = outcome.change, before > 0 {
            window.sums[variant].retract(0, per: Double(before), from: &user)
        }
        window.sums[variant].add(part.above, per: part.below, to: &user)
        window.users[outcome.user] = user
        windows[Int(start)] = window
    }

    /// Forgets who a user was; what they did stays counted.
    mutating func forget(_ user: UInt64) {
        for start in windows.keys { windows[start]?.users[user] = nil }
    }

    /// The sums of the windows that count, the oldest first.
    var counted: [[ArmSums]] { starts.suffix(settings.windows).map { windows[Int($0)]?.sums ?? empty } }

    private var empty: [ArmSums] { [ArmSums](repeating: ArmSums(), count: variants) }

    /// What each variant would get next; the same for the same figures.
    func allocation(isHigherBetter: Bool) -> ThompsonAllocation {
        var random = RandomSource(seed: UInt64(starts.count))
        return ThompsonAllocation(
            windows: counted,
            variants: variants,
            isHigherBetter: isHigherBetter,
            floor: settings.floor,
            random: &random
        )
    }
}
