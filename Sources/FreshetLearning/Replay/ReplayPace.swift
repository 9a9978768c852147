/// How many steps on replay alone a micro-update makes: as many as there is time for before its learner counts as behind.
///
/// A learner may be behind by some seconds. What is left of them once all events that wait are predicted and learned is
/// shared by their micro-updates. So the steps become fewer the longer events wait, instead of all at once.
public struct ReplayPace: Sendable, Equatable {
    /// What a micro-batch costs without the steps on replay alone, in seconds; 0 before the first.
    public private(set) var batchCost = 0.0
    /// What a step on replay alone costs, in seconds; 0 before the first.
    public private(set) var stepCost = 0.0

    /// How much of a cost is kept when the next one is known: some twenty micro-batches are remembered.
    private static let memory = 0.95

    /// A pace that has measured nothing: all steps are made.
    public init() {}

    /// Takes in what micro-batches have cost.
    ///
    /// - Parameters:
    ///   - batches: how many there were.
    ///   - seconds: what they cost in all.
    ///   - steps: how many steps on replay alone they made.
    ///   - replaying: what these cost of it.
    public mutating func note(batches: Int, seconds: Double, steps: Int, replaying: Double) {
        if batches > 0 { Self.mix((seconds - replaying) / Double(batches), into: &batchCost) }
        if steps > 0 { Self.mix(replaying / Double(steps), into: &stepCost) }
    }

    /// How many steps on replay alone a micro-update has time for on average.
    ///
    /// - Parameters:
    ///   - wanted: how many it should make.
    ///   - lag: for how long the oldest event that waits has waited, in seconds.
    ///   - limit: for how long events may wait, in seconds.
    ///   - waiting: how many micro-batches wait.
    /// - Returns: from 0 to `wanted`.
    public func steps(wanted: Int, lag: Double, limit: Double, waiting: Double) -> Double {
        let batches = max(1, waiting)
        let left = limit - lag - batches * batchCost
        guard left > 0 else { return 0 }
        return stepCost > 0 ? min(Double(wanted), left / (batches * stepCost)) : Double(wanted)
    }

    private static func mix(_ cost: Double, into average: inout Double) {
        average = average == 0 ? cost : memory * average + (1 - memory) * cost
    }
}
