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
    /// The windows that began, ascending.
    private var begun: [(number: Int, start: Int64)] = []
    private var windows: [Int: Window] = [:]

    init(_ served: ServedExperiment) {
        metric = served.experiment.metrics[0]
        variants = served.experiment.variants.count
        settings = served.bandit ?? BanditSettings()
        follow(served)
    }

    /// Takes it that windows begin, as the experiment says.
    mutating func follow(_ served: ServedExperiment) {
        begun = served.windows.map { ($0.number, $0.started) }
        let starts = Set(begun.map { Int($0.start) })
        for start in windows.keys where !starts.contains(start) { windows[start] = nil }
    }

    /// Takes what came of an answer of a variant.
    mutating func take(_ outcome: FeedbackOutcome, of variant: Int) {
        guard let start = begun.last(where: { $0.start <= outcome.time })?.start,
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

    /// The sums of the windows that count before one of a number, by the clock; the oldest first.
    ///
    /// - Parameter next: the window; the one after the newest when `nil`.
    /// - Returns: the sums, by variant.
    func counted(before next: Int? = nil) -> [[ArmSums]] {
        let next = next ?? (begun.last?.number ?? 0) + 1
        return begun.filter { $0.number >= next - settings.windows }.map { windows[Int($0.start)]?.sums ?? empty }
    }

    private var empty: [ArmSums] { [ArmSums](repeating: ArmSums(), count: variants) }

    /// What each variant gets in a window; the same for the same figures.
    ///
    /// - Parameters:
    ///   - isHigherBetter: whether more is better.
    ///   - next: the window's number; the one after the newest when `nil`.
    /// - Returns: the shares and what they rest on.
    func allocation(isHigherBetter: Bool, in next: Int? = nil) -> ThompsonAllocation {
        var random = RandomSource(seed: UInt64(begun.count))
        return ThompsonAllocation(
            windows: counted(before: next),
            variants: variants,
            isHigherBetter: isHigherBetter,
            floor: settings.floor,
            random: &random
        )
    }
}
