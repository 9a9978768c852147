/// How much more popular lists are than what their users deal with (Abdollahpouri and others, "The Unfairness of
/// Popularity Bias in Recommendation", 2019): the mean over the users of their lists' mean popularity, over the same of
/// their histories, less 1.
///
/// 0 where lists are as popular as histories, 1 where they are twice as popular, below 0 where they are less.
public struct PopularityLift: Sendable, Equatable {
    private var (history, list) = (0.0, 0.0)
    /// How many users were counted.
    public private(set) var users = 0

    /// Creates a measure of nobody.
    public init() {}

    /// Adds a user; one without a history or a list counts for nothing.
    /// - Parameters:
    ///   - history: the popularity of what the user dealt with.
    ///   - list: the popularity of what was recommended.
    public mutating func add(history: [Double], list: [Double]) {
        guard !history.isEmpty, !list.isEmpty else { return }
        users += 1
        self.history += history.reduce(0, +) / Double(history.count)
        self.list += list.reduce(0, +) / Double(list.count)
    }

    /// The lift; `nil` as long as the histories have no popularity.
    public var value: Double? { history > 0 ? list / history - 1 : nil }
}
