import FreshetCore
import FreshetTensor

/// Which action to ask a user for, by what followed what: how likely they do it next, and how much likelier they reach a
/// goal after it.
///
/// The chances are drawn from their Dirichlet posterior (the observed counts and one half each), so what was seen seldom
/// is uncertain and says so. They are of what users did by themselves: who is asked may do otherwise, and what an action
/// leads to may lie in who does it. An experiment tells.
public struct NextActions: Sendable, Equatable {
    /// One action.
    public struct Action: Sendable, Equatable {
        /// The number of its type.
        public let type: UInt8
        /// The chance that it is what the user does next.
        public let chance: Double
        /// The chance that the goal is reached after it.
        public let reached: Double
        /// By how much it raises the chance to reach the goal: its chance times what it adds.
        public let gain: Double
        /// The lower end of the 90% interval of ``gain``.
        public let low: Double
        /// The upper end.
        public let high: Double
        /// The chance that no other action gains more.
        public let best: Double
        /// How often it was seen after what the user did last.
        public let observed: Int
    }

    /// How often the chances are drawn.
    private static let draws = 300
    /// The number of further actions after which nobody is followed.
    private static let steps = 10

    /// The chance that the user reaches the goal if nothing is asked.
    public let reached: Double
    /// The actions, the one that gains most first.
    public let actions: [Action]

    /// Judges actions.
    ///
    /// - Parameters:
    ///   - transitions: what followed what.
    ///   - newest: the type of the user's newest event; `nil` for none lately.
    ///   - goal: the type of the goal.
    ///   - asked: the types that can be asked for.
    ///   - others: further types that are told apart on the way.
    ///   - time: the time, in seconds since 1970.
    ///   - random: the generator.
    public init(
        _ transitions: ActionTransitions,
        after newest: UInt8?,
        goal: UInt8,
        asking asked: [UInt8],
        among others: [UInt8] = [],
        at time: Int64,
        random: inout RandomSource
    ) {
        let types = Array(Set(asked + others + [goal] + (newest.map { [$0] } ?? []))).sorted()
        let counts = transitions.counts(of: types, at: time)
        func state(_ type: UInt8) -> Int { (types.firstIndex(of: type) ?? 0) + 1 }
        let (start, end) = (newest.map(state) ?? ActionTransitions.none, state(goal))
        let asked = asked.filter { $0 != goal }
        var samples = asked.map { _ in [(chance: Double, reached: Double, gain: Double)]() }
        var (total, best) = (0.0, [Int](repeating: 0, count: asked.count))
        for _ in 0..<Self.draws {
            let rows = counts.map { row in random.dirichlet(row.map { $0 + 0.5 }) }
            let values = Self.values(rows, goal: end)
            let base = zip(rows[start], values).reduce(0) { $0 + $1.0 * $1.1 }
            total += base
            for (place, type) in asked.enumerated() {
                let (chance, value) = (rows[start][state(type)], values[state(type)])
                samples[place].append((chance, value, chance * (value - base)))
            }
            let gains = samples.map { $0.last?.gain ?? 0 }
            if let place = gains.indices.max(by: { gains[$0] < gains[$1] }) { best[place] += 1 }
        }
        reached = total / Double(Self.draws)
        actions = asked.enumerated().map { place, type in
            let own = samples[place]
            let gains = own.map(\.gain).sorted()
            func mean(_ figure: (_ sample: (chance: Double, reached: Double, gain: Double)) -> Double) -> Double {
                own.reduce(0) { $0 + figure($1) } / Double(own.count)
            }
            return Action(
                type: type,
                chance: mean { $0.chance },
                reached: mean { $0.reached },
                gain: mean { $0.gain },
                low: gains[gains.count / 20],
                high: gains[gains.count - 1 - gains.count / 20],
                best: Double(best[place]) / Double(Self.draws),
                observed: Int(counts[start][state(type)])
            )
        }
        .sorted { ($0.gain, $1.type) > ($1.gain, $0.type) }
    }

    /// The chance of each state to reach the goal before the user leaves.
    private static func values(_ rows: [[Double]], goal: Int) -> [Double] {
        var values = [Double](repeating: 0, count: rows.count)
        values[goal] = 1
        for _ in 0..<steps {
            let next = rows.map { row in
                // Whoever is in the first state has left.
                row.indices.dropFirst().reduce(0) { $0 + row[$1] * values[$1] }
            }
            for state in values.indices where state != goal && state != ActionTransitions.none {
                values[state] = next[state]
            }
        }
        return values
    }
}

extension RandomSource {
    /// A draw from a Dirichlet distribution: gamma draws over their sum.
    fileprivate mutating func dirichlet(_ concentrations: [Double]) -> [Double] {
        let draws = concentrations.map { gamma($0) }
        let sum = draws.reduce(0, +)
        return draws.map { $0 / sum }
    }

    /// A draw from a gamma distribution of a shape (Marsaglia and Tsang, 2000).
    private mutating func gamma(_ shape: Double) -> Double {
        guard shape >= 1 else {
            // A draw of one shape more, times a power of a uniform one.
            let power = exponential64(logarithm64(Double(1 - uniform())) / shape)
            return max(gamma(shape + 1) * power, .leastNormalMagnitude)
        }
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = Double(normal())
            let v = 1 + c * x
            guard v > 0 else { continue }
            let cube = v * v * v
            if logarithm64(Double(1 - uniform())) < 0.5 * x * x + d * (1 - cube + logarithm64(cube)) { return d * cube }
        }
    }
}
