import FreshetCore

/// One user's newest events in the order of time, those of one moment in the order of the log.
///
/// An event that comes late is put in its place.
///
/// What is said of an item later replaces what was said before: a dislike the views, a liking the dislike, a return the
/// purchase. The events stay, with a weight of 0.
public struct EventRun: Sendable {
    private var items: [ItemIndex] = []
    private var times: [Timestamp] = []
    private var types: [UInt8] = []
    private var values: [Float] = []
    /// The session of each event; empty as long as none names one.
    private var sessions: [SessionTag] = []
    /// What holds of each event; empty as long as every one is a liking of weight 1.
    private var weights: [Float] = []
    /// What each said by itself, by which those that come late before it are measured; empty as ``weights``.
    private var said: [Float] = []

    /// Creates an empty run.
    public init() {}

    /// How many events there are.
    public var count: Int { items.count }

    /// Puts an event in its place: the end, for one that is sent as it happens.
    public mutating func insert(_ event: LoggedEvent) {
        let place = place(after: event.time)
        Self.insert(event.item, into: &items, at: place)
        Self.insert(event.time, into: &times, at: place)
        Self.insert(event.type, into: &types, at: place)
        Self.insert(event.value, into: &values, at: place)
        if event.session != .none || !sessions.isEmpty {
            if sessions.isEmpty { sessions = [SessionTag](repeating: .none, count: items.count - 1) }
            Self.insert(event.session, into: &sessions, at: place)
        }
        guard event.weight != 1 || !weights.isEmpty else { return }
        if weights.isEmpty { weights = [Float](repeating: 1, count: items.count - 1) }
        if said.isEmpty { said = weights }
        replaceEarlier(event.item, by: event.weight, before: place)
        let isReplaced = said.indices[place...].contains {
            items[$0 + 1] == event.item && History.isReplaced(event.weight, by: said[$0])
        }
        Self.insert(event.weight.isNaN || isReplaced ? 0 : event.weight, into: &weights, at: place)
        Self.insert(event.weight, into: &said, at: place)
    }

    private static func insert<Value>(_ value: Value, into column: inout [Value], at place: Int) {
        if place == column.count { column.append(value) } else { column.insert(value, at: place) }
    }

    /// Where the events after a moment begin.
    private func place(after time: Timestamp) -> Int {
        guard let last = times.last, time < last else { return times.count }
        var (low, high) = (0, times.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if time < times[middle] { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Drops the oldest events.
    public mutating func removeFirst(_ count: Int) {
        items.removeFirst(count)
        times.removeFirst(count)
        types.removeFirst(count)
        values.removeFirst(count)
        if !sessions.isEmpty { sessions.removeFirst(count) }
        if weights.isEmpty { return }
        weights.removeFirst(count)
        said.removeFirst(count)
    }

    /// The newest events, at most `limit`, without a copy.
    public func newest(_ limit: Int) -> History { history(endingAt: items.count, limit) }

    /// The newest events of before or at a moment, at most `limit`, without a copy.
    public func newest(_ limit: Int, until time: Timestamp) -> History { history(endingAt: place(after: time), limit) }

    private func history(endingAt end: Int, _ limit: Int) -> History {
        let range = max(0, end - limit)..<end
        return History(
            items: items[range],
            times: times[range],
            types: types[range],
            values: values[range],
            weights: weights.isEmpty ? [] : weights[range],
            sessions: sessions.isEmpty ? [] : sessions[range]
        )
    }

    /// Takes the weight of earlier events on an item that say the opposite; `.nan` is the opposite of a liking.
    private mutating func replaceEarlier(_ item: ItemIndex, by weight: Float, before end: Int) {
        guard weight != 0 else { return }
        for place in 0..<end where items[place] == item && History.isReplaced(weights[place], by: weight) {
            weights[place] = 0
        }
    }
}
