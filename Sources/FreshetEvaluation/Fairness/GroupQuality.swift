import FreshetCore
import FreshetTensor

/// A figure of quality by groups of users, and the gap between the groups that have most and least of it.
///
/// The users of each group are drawn anew on their own (a stratified bootstrap), so the gap's interval is that of a
/// difference of independent means. Which groups are the best and the worst is read from the data once: of many small
/// groups some differ by chance, more often than the interval's confidence says.
public struct GroupQuality: Sendable, Equatable, Codable {
    /// One group.
    public struct Group: Sendable, Equatable, Codable {
        /// Its name.
        public let name: String
        /// How many users it has.
        public let users: Int
        /// The mean of its users.
        public let mean: Estimate
    }

    /// The groups, by their names.
    public let groups: [Group]
    /// The group with the highest mean.
    public let best: String
    /// The group with the lowest mean.
    public let worst: String
    /// The best group's mean less the worst's.
    public let gap: Estimate

    /// Compares groups.
    ///
    /// - Parameters:
    ///   - values: the users' values by group; groups without a user are left out.
    ///   - options: the intervals.
    ///   - pool: the threads.
    /// - Throws: ``FreshetCore/FreshetError`` of kind `usage` when fewer than two groups have users.
    public init(of values: [String: [Float]], options: EvaluationOptions, pool: ThreadPool) throws {
        let named = values.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
        guard named.count > 1 else {
            throw FreshetError(
                .usage,
                "There is no gap to measure: \(named.isEmpty ? "no group has" : "only the group '\(named[0].key)' has") users.",
                remedy: "Check that the users of the lists are the ones that the groups name."
            )
        }
        var draws: [[Double]] = []
        var groups: [Group] = []
        for (place, (name, values)) in named.enumerated() {
            var own = options
            own.seed = options.seed &+ UInt64(place) &* 0x9E37_79B9_7F4A_7C15
            let (mean, means) = Bootstrap(own, pool: pool).mean(of: values)
            groups.append(Group(name: name, users: values.count, mean: mean))
            draws.append(means)
        }
        var (best, worst) = (0, 0)
        for place in groups.indices {
            if groups[place].mean.value > groups[best].mean.value { best = place }
            if groups[place].mean.value < groups[worst].mean.value { worst = place }
        }
        self.groups = groups
        (self.best, self.worst) = (groups[best].name, groups[worst].name)
        gap = Bootstrap(options, pool: pool).estimate(
            groups[best].mean.value - groups[worst].mean.value,
            draws: zip(draws[best], draws[worst]).map(-)
        )
    }
}
