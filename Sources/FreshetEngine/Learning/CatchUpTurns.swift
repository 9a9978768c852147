/// Shares the learner's thread between the learner and a candidate that catches up.
///
/// While events gather the candidate has all the time there is. A learner that is behind goes first, but the candidate never
/// starves: it has one batch for four of the learner's.
struct CatchUpTurns {
    private static let batchesBetween = 4

    private var batches = 0

    /// How many batches the candidate may learn now.
    ///
    /// - Parameter isBehind: whether the learner's batch was a full one, so that more events wait.
    /// - Returns: the number; none is 0.
    mutating func next(isBehind: Bool) -> Int {
        batches += 1
        guard isBehind else {
            batches = 0
            return .max
        }
        guard batches == Self.batchesBetween else { return 0 }
        batches = 0
        return 1
    }
}
