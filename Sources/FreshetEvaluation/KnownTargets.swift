import FreshetCore

/// How many of the targets stand in what was learned from: where most do, the figures say little.
///
/// Whoever splits a log, trains on all of it and measures on the held-out part sees only zeros where seen items are left
/// out of the ranking, and a triumph where they are not.
public struct KnownTargets: Sendable, Equatable, Codable {
    /// How many targets there are.
    public var targets: Int
    /// How many of them are items that their users had.
    public var known: Int

    /// Creates the counts.
    public init(targets: Int, known: Int) {
        self.targets = targets
        self.known = known
    }

    /// Counts the targets of each user among the items that the user had.
    init(of targets: [[ItemIndex]], among histories: [some Collection<ItemIndex>]) {
        var known = 0
        for (targets, history) in zip(targets, histories) where !history.isEmpty {
            // A scan a target is cheaper than a set a user as long as there are few.
            if targets.count <= 8 {
                known += targets.count(where: history.contains)
            } else {
                known += targets.count(where: Set(history).contains)
            }
        }
        self.init(targets: targets.reduce(0) { $0 + $1.count }, known: known)
    }

    /// What to say where most targets are known; `nil` otherwise.
    ///
    /// Whether the known items were left out of the ranking decides which way the figures are wrong.
    public func warning(excludesSeen: Bool) -> String? {
        guard targets > 0, known * 2 > targets else { return nil }
        let fact = "\(known) of \(targets) targets are items that their users have in what was learned from"
        let slip = "If the training data hold the truth itself, train on the part without it ('freshet split')"
        return excludesSeen
            ? "\(fact), and are left out of the ranking as seen: they can only be missed. \(slip); if users come back to "
                + "items, keep those in the ranking (--include-seen)."
            : "\(fact). \(slip): the figures are too good; if users come back to items, they may be right."
    }
}
