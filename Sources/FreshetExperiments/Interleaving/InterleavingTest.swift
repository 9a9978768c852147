/// Which ranker users prefer, from what they click in interleaved lists; valid at every look, clustered by user.
///
/// A ranker has as many credits of an answer as clicks fell on its places; the ranker with more wins the answer. By answer,
/// not by click, as one user's ten clicks in one answer say little more than one. Each ranker is compared with the first.
public struct InterleavingTest: Sendable {
    /// What one ranker has won and lost against the first.
    public struct Score: Sendable, Equatable, Codable {
        /// In how many answers it had more credits.
        public internal(set) var wins = 0
        /// In how many the first had more.
        public internal(set) var losses = 0
        /// In how many with a click both had as many.
        public internal(set) var ties = 0

        /// The share of answers won, a tie being half of one, above one half.
        ///
        /// 0 for equals; between -0.5 and 0.5.
        public var preference: Double? {
            let answers = wins + losses + ties
            return answers > 0 ? (Double(wins) + Double(ties) / 2) / Double(answers) - 0.5 : nil
        }

        /// Counts an answer, or takes it back.
        mutating func count(_ difference: Int, by sign: Int) {
            if difference > 0 { wins += sign }
            if difference < 0 { losses += sign }
            if difference == 0 { ties += sign }
        }
    }

    /// How many users of equal weight there must be at least for a preference to be anybody's but theirs.
    public static let leastUsers = 30.0

    /// The scores of the second and further rankers against the first.
    public private(set) var scores: [Score]
    /// The boundary of the intervals.
    public let boundary: NormalMixture
    private var sums: [ArmSums]
    private var places: [UInt64: Int] = [:]
    private var totals: [UnitTotals] = []

    /// Creates a test without answers.
    ///
    /// - Parameters:
    ///   - rankers: how many there are.
    ///   - optimum: at how many answers with clicks the intervals are tightest.
    ///   - alpha: the chance of error for which they are.
    public init(rankers: Int = 2, optimum: Double = 1_000, alpha: Double = 0.05) {
        precondition(rankers >= 2, "\(rankers) rankers")
        scores = [Score](repeating: Score(), count: rankers - 1)
        sums = [ArmSums](repeating: ArmSums(), count: rankers - 1)
        boundary = NormalMixture(optimum: optimum, alpha: alpha)
    }

    /// Takes an answer.
    ///
    /// - Parameters:
    ///   - credits: how many clicks each ranker's places got; an answer without clicks says nothing and does not count.
    ///   - user: who clicked.
    public mutating func add(credits: [Int], user: String) {
        change(nil, to: credits, user: StableHash.of(user))
    }

    /// Takes an answer that has more clicks than before, or is new.
    ///
    /// - Parameters:
    ///   - former: the clicks that each ranker's places had when it was taken last; `nil` for a new one.
    ///   - credits: how many they have now.
    ///   - user: who clicked, by their number.
    package mutating func change(_ former: [Int]?, to credits: [Int], user: UInt64) {
        precondition(credits.count == scores.count + 1, "\(credits.count) credits for \(scores.count + 1) rankers")
        guard former != nil || credits.contains(where: { $0 > 0 }) else { return }
        let place = places[user] ?? totals.count / scores.count
        if places.updateValue(place, forKey: user) == nil {
            totals.append(contentsOf: repeatElement(UnitTotals(), count: scores.count))
        }
        for ranker in scores.indices {
            let slot = place * scores.count + ranker
            if let difference = former.flatMap({ Self.difference($0, ranker) }) {
                scores[ranker].count(difference, by: -1)
                sums[ranker].retract(Double(difference), per: 1, from: &totals[slot])
            }
            if let difference = Self.difference(credits, ranker) {
                scores[ranker].count(difference, by: 1)
                sums[ranker].add(Double(difference), to: &totals[slot])
            }
        }
    }

    /// Whether a ranker has more credits than the first, 1, or fewer, -1; `nil` without any click.
    private static func difference(_ credits: [Int], _ ranker: Int) -> Int? {
        credits.contains { $0 > 0 } ? (credits[ranker + 1] - credits[0]).signum() : nil
    }

    /// Forgets who a user was; what they clicked stays counted.
    package mutating func forget(_ user: UInt64) { places[user] = nil }

    /// How many clicks each ranker's places got, from the clicked places of an answer.
    public static func credits<Item>(
        _ places: [InterleavedPlace<Item>],
        clicked: some Sequence<Int>,
        rankers: Int
    ) -> [Int] {
        var credits = [Int](repeating: 0, count: rankers)
        for place in Set(clicked) where places.indices.contains(place) { credits[places[place].team] += 1 }
        return credits
    }

    /// The interval of a ranker's ``Score/preference`` that holds at all times with a chance of at least `1 - alpha`.
    public func interval(_ ranker: Int = 0, alpha: Double = 0.05) -> ClosedRange<Double>? {
        guard let figure = ArmFigure(sums[ranker]), figure.clock > 0 else { return nil }
        let reach = figure.variance.squareRoot() * boundary.deviations(at: figure.clock, alpha: alpha)
        return (figure.value - reach) / 2...(figure.value + reach) / 2
    }

    /// The p-value of each ranker's preference, valid at every look and corrected for how many are asked about.
    public var pValues: [Double] {
        Holm.adjusted(
            sums.map { sums in
                guard sums.effectiveUnits >= Self.leastUsers, let figure = ArmFigure(sums), figure.variance > 0 else {
                    return 1
                }
                return boundary.pValue(deviations: figure.value / figure.variance.squareRoot(), at: figure.clock)
            }
        )
    }

    /// Whether users prefer a ranker to the first, wrongly with a chance of at most `alpha` over all looks.
    public func isBetter(_ ranker: Int = 0, alpha: Double = 0.05) -> Bool {
        pValues[ranker] <= alpha && (scores[ranker].preference ?? 0) > 0
    }

    /// Whether users prefer the first ranker to another.
    public func isWorse(_ ranker: Int = 0, alpha: Double = 0.05) -> Bool {
        pValues[ranker] <= alpha && (scores[ranker].preference ?? 0) < 0
    }
}
