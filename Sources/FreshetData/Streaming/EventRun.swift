import FreshetCore

/// One user's newest events, event by event, oldest first.
///
/// What is said of an item later replaces what was said before: a dislike the views, a liking the dislike, a return the
/// purchase. The events stay, with a weight of 0.
public struct EventRun: Sendable {
    private var items: [ItemIndex] = []
    private var times: [Timestamp] = []
    private var types: [UInt8] = []
    private var values: [Float] = []
    /// Empty as long as every event is a liking of weight 1.
    private var weights: [Float] = []

    /// Creates an empty run.
    public init() {}

    /// How many events there are.
    public var count: Int { items.count }

    /// Adds the newest event.
    public mutating func append(_ event: LoggedEvent) {
        items.append(event.item)
        times.append(event.time)
        types.append(event.type)
        values.append(event.value)
        guard event.weight != 1 || !weights.isEmpty else { return }
        while weights.count < items.count - 1 { weights.append(1) }
        replaceEarlier(event.item, by: event.weight)
        weights.append(event.weight.isNaN ? 0 : event.weight)
    }

    /// Drops the oldest events.
    public mutating func removeFirst(_ count: Int) {
        items.removeFirst(count)
        times.removeFirst(count)
        types.removeFirst(count)
        values.removeFirst(count)
        if !weights.isEmpty { weights.removeFirst(count) }
    }

    /// The newest events, at most `limit`, without a copy.
    public func newest(_ limit: Int) -> History {
        let range = max(0, items.count - limit)..<items.count
        return History(
            items: items[range],
            times: times[range],
            types: types[range],
            values: values[range],
            weights: weights.isEmpty ? [] : weights[range]
        )
    }

    /// Takes the weight of earlier events on an item that say the opposite; `.nan` is the opposite of a liking.
    private mutating func replaceEarlier(_ item: ItemIndex, by weight: Float) {
        guard weight != 0 else { return }
        for place in weights.indices where items[place] == item && History.isReplaced(weights[place], by: weight) {
            weights[place] = 0
        }
    }
}
