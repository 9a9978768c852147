import FreshetData

/// A scorer that can carry a user along: each new event costs its own work, not that of the whole history.
public protocol IncrementalScorer: Scorer {
    /// Starts from a history.
    func makeRunningContext(for history: History) -> any RunningContext
}

/// One user's state in an ``IncrementalScorer``: what the model keeps of the events so far.
///
/// Belongs to one thread at a time.
public protocol RunningContext: AnyObject {
    /// How many of the newest events the state stands for.
    ///
    /// When the model's longest window is full, the state starts anew from its newer half, so that an event costs the
    /// same on average however long the history. The scores are exactly those of a history of this length.
    var windowLength: Int { get }

    /// Takes in further events.
    func append(_ events: History)

    /// The score of every item after the events so far.
    func scores() -> [Float]
}
