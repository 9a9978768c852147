import FreshetCore

/// One fold of a cross-validation over events: what is learned from, and what was left out.
public struct EventFold: Sendable {
    /// The events of all other folds.
    public let training: Dataset
    /// The events of this fold; users and items have the same numbers as in ``training``.
    public let held: Dataset
}

extension Dataset {
    /// Parts the events into `count` folds of nearly equal size, at random and whatever their users.
    ///
    /// - Parameters:
    ///   - count: how many folds, at least 2 and at most one an event.
    ///   - seed: the same seed gives the same folds.
    /// - Returns: the folds, each made when it is asked for.
    /// - Throws: ``FreshetError`` of kind `usage` when there are more folds than events.
    public func eventFolds(_ count: Int, seed: UInt64) throws -> LazyMapSequence<Range<Int>, EventFold> {
        guard (2...max(histories.eventCount, 2)).contains(count), count <= histories.eventCount else {
            throw FreshetError(
                .usage,
                "Cannot part \(histories.eventCount) events into \(count) folds.",
                remedy: "Choose from 2 folds to as many as there are events."
            )
        }
        var generator = SplitMix64(state: seed)
        let order = (0..<histories.eventCount).shuffled(using: &generator)
        var fold = [Int](repeating: 0, count: histories.eventCount)
        for (place, event) in order.enumerated() { fold[event] = place % count }
        return (0..<count).lazy.map { [fold] held in
            EventFold(training: keepingEvents(fold.map { $0 != held }), held: keepingEvents(fold.map { $0 == held }))
        }
    }
}
