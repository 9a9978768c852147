import FreshetCore

/// What to measure and how its uncertainty is estimated.
public struct EvaluationOptions: Sendable, Equatable {
    /// The lengths `K` at which lists are cut.
    public var cutoffs: [Int]
    /// How many bootstrap resamples of the users an interval is made from.
    public var resamples: Int
    /// The chance with which an interval should hold the figure.
    public var confidence: Double
    /// The seed of the resampling, and of sampled negatives.
    public var seed: UInt64
    /// The longest history of a "new" user; `nil` takes the quarter of the users with the shortest.
    public var newUserEvents: Int?
    /// The share of the training events that the "head" items make.
    public var headShare: Double

    /// Creates options.
    public init(
        cutoffs: [Int] = [1, 5, 10, 20, 50, 100],
        resamples: Int = 1000,
        confidence: Double = 0.95,
        seed: UInt64 = 1,
        newUserEvents: Int? = nil,
        headShare: Double = 0.8
    ) {
        self.cutoffs = cutoffs
        self.resamples = resamples
        self.confidence = confidence
        self.seed = seed
        self.newUserEvents = newUserEvents
        self.headShare = headShare
    }

    /// Checks ranges.
    /// - Throws: ``FreshetError`` of kind `usage`.
    public func validate() throws {
        guard !cutoffs.isEmpty, cutoffs.allSatisfy({ $0 > 0 }) else {
            throw FreshetError(.usage, "Cutoffs must be whole numbers above 0, not \(cutoffs).")
        }
        guard resamples > 1 else {
            throw FreshetError(.usage, "An interval needs at least 2 resamples, not \(resamples).")
        }
        guard confidence > 0, confidence < 1 else {
            throw FreshetError(.usage, "The confidence must lie between 0 and 1, not at \(confidence).")
        }
        guard headShare > 0, headShare < 1 else {
            throw FreshetError(.usage, "The share of the head must lie between 0 and 1, not at \(headShare).")
        }
    }
}
