import FreshetCore

/// A data set parted for learning and judging.
///
/// Users and items keep their numbers in every part.
public struct Split: Sendable {
    /// The events to learn from.
    public let training: Dataset
    /// The events that a model may see of each user when it is asked for the held-out ones.
    ///
    /// The same as ``training``, but in a split by users, where it holds the histories of users that the model did not
    /// learn from.
    public let context: Dataset
    /// The held-out events, by user and then in time order.
    public let holdouts: [Holdout]

    /// Creates a split.
    public init(training: Dataset, context: Dataset? = nil, holdouts: [Holdout]) {
        self.training = training
        self.context = context ?? training
        self.holdouts = holdouts
    }
}

/// Two splits, one inside the other: choose on ``validation``, judge on ``test``.
public struct NestedSplit: Sendable {
    /// Each user's last event but one held out, everything before to learn from.
    public let validation: Split
    /// Each user's last event held out, everything before to learn from.
    public let test: Split
}

extension Dataset {
    /// Holds out each user's last event that likes its item.
    ///
    /// What came after it, such as a dislike, is left out too. Users of fewer than two events, or who like nothing after
    /// their first one, keep everything and have no holdout.
    public func leavingLastOut() -> Split {
        var holdouts: [Holdout] = []
        holdouts.reserveCapacity(users.count)
        var isKept = [Bool](repeating: true, count: histories.eventCount)
        for user in 0..<users.count {
            let rows = histories.offsets[user]..<histories.offsets[user + 1]
            guard let last = rows.dropFirst().last(where: { histories.liking(at: $0) > 0 }) else { continue }
            for row in last..<rows.upperBound { isKept[row] = false }
            holdouts.append(Holdout(user: UserIndex(user), item: histories.items[last]))
        }
        return Split(training: keepingEvents(isKept), holdouts: holdouts)
    }

    /// Holds out each user's last event for the test and the one before for validation.
    ///
    /// A user of two events has a test holdout only, a user of one none.
    public func leavingLastTwoOut() -> NestedSplit {
        let test = leavingLastOut()
        return NestedSplit(validation: test.training.leavingLastOut(), test: test)
    }

    /// Holds out every event from a time on that likes its item; what happened before is to learn from.
    ///
    /// A user can have many holdouts, and one who came after the time has no history.
    /// - Throws: ``FreshetError`` of kind `usage` when the data set has no times.
    public func split(atTime time: Timestamp) throws -> Split {
        guard !histories.times.isEmpty else {
            throw FreshetError(
                .usage,
                "The data have no times to split at.",
                remedy: "Hold out each user's last event instead."
            )
        }
        var holdouts: [Holdout] = []
        for user in 0..<users.count {
            for row in histories.offsets[user]..<histories.offsets[user + 1]
            where histories.times[row] >= time && histories.liking(at: row) > 0 {
                holdouts.append(Holdout(user: UserIndex(user), item: histories.items[row]))
            }
        }
        return Split(training: keepingEvents(histories.times.map { $0 < time }), holdouts: holdouts)
    }

    /// The data set without a share of each user's newest events, rounded to whole events.
    ///
    /// - Parameter share: between 0 and 1.
    /// - Returns: the rest; users and items keep their numbers.
    public func droppingLast(_ share: Double) -> Dataset {
        precondition(share >= 0 && share <= 1, "a share of \(share)")
        var isKept = [Bool](repeating: true, count: histories.eventCount)
        for user in 0..<users.count {
            let rows = histories.offsets[user]..<histories.offsets[user + 1]
            for row in rows.suffix(Int((share * Double(rows.count)).rounded())) { isKept[row] = false }
        }
        return keepingEvents(isKept)
    }

    /// Parts the users into `count` folds for cross-validation: a model learns from the users of all folds but one and
    /// is asked for the last event of each user in that one, whose earlier events it sees only as history.
    ///
    /// - Parameters:
    ///   - count: how many folds, at least 2 and at most one a user.
    ///   - seed: the same seed gives the same folds.
    /// - Returns: a split for each fold, made when it is asked for.
    /// - Throws: ``FreshetError`` of kind `usage` when there are more folds than users.
    public func userFolds(_ count: Int, seed: UInt64) throws -> LazyMapSequence<Range<Int>, Split> {
        guard (2...max(users.count, 2)).contains(count), count <= users.count else {
            throw FreshetError(
                .usage,
                "Cannot part \(users.count) users into \(count) folds.",
                remedy: "Choose from 2 folds to as many as there are users."
            )
        }
        var generator = SplitMix64(state: seed)
        let order = (0..<users.count).shuffled(using: &generator)
        var fold = [Int](repeating: 0, count: users.count)
        for (place, user) in order.enumerated() { fold[user] = place % count }
        let lastOut = leavingLastOut()
        return (0..<count).lazy.map { [fold] held in
            Split(
                training: keepingUsers { fold[$0] != held },
                context: lastOut.context,
                holdouts: lastOut.holdouts.filter { fold[$0.user.position] == held }
            )
        }
    }

    /// The data set with the events that a mask keeps; users and items stay as they are.
    func keepingEvents(_ isKept: [Bool]) -> Dataset {
        var dataset = self
        dataset.histories = histories.keeping(isKept)
        return dataset
    }

    /// The data set with the events of some users; all users and items stay as they are.
    private func keepingUsers(_ isKept: (Int) -> Bool) -> Dataset {
        var mask = [Bool](repeating: false, count: histories.eventCount)
        for user in 0..<users.count where isKept(user) {
            for row in histories.offsets[user]..<histories.offsets[user + 1] { mask[row] = true }
        }
        return keepingEvents(mask)
    }
}

/// A small seeded generator (Steele, Lea and Flood, 2014), enough to shuffle users.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
