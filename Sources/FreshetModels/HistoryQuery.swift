import FreshetCore
import FreshetData
import FreshetTensor

/// How much each event of a history that likes its item counts in a question to an item-to-item model.
public struct HistoryQuery: Codable, Sendable, Equatable {
    /// How many of the latest events count; 0 is all.
    public var length: Int
    /// The weight of an event relative to the next later one.
    public var decay: Double

    /// Creates a query.
    public init(length: Int = 0, decay: Double = 1) {
        self.length = length
        self.decay = decay
    }

    func validate() throws {
        try SettingRange.check("query.length", length, in: 0...1_000_000)
        try SettingRange.check("query.decay", decay, in: 0...1)
    }

    /// Calls `body` for the events that count, the latest first; those whose weight has sunk to nothing are left out.
    @inline(__always)
    func forEach(in history: History, _ body: (_ item: Int, _ weight: Float) -> Void) {
        forEach(in: history, sense: 1, body)
    }

    /// The same for the events that dislike their items.
    @inline(__always)
    func forEachDislike(in history: History, _ body: (_ item: Int, _ weight: Float) -> Void) {
        if !history.weights.isEmpty { forEach(in: history, sense: -1, body) }
    }

    @inline(__always)
    private func forEach(in history: History, sense: Float, _ body: (_ item: Int, _ weight: Float) -> Void) {
        var (left, weight) = (length == 0 ? Int.max : length, Float(1))
        for place in stride(from: history.count - 1, through: 0, by: -1) {
            let said = sense * history.weight(at: place)
            guard said > 0 else { continue }
            body(history.items[history.items.startIndex + place].position, weight * said)
            weight *= Float(decay)
            left -= 1
            if weight < 1e-6 || left == 0 { break }
        }
    }

    /// Calls `body` for the distinct items that count, the latest first, each with the weight of its last event.
    ///
    /// - Parameters:
    ///   - history: the events.
    ///   - zeros: scratch of as many zeros as the catalogue has items; zeros again afterwards.
    ///   - body: receives the item and its weight.
    @inline(__always)
    func forEachItem(
        of history: History,
        zeros: UnsafeMutablePointer<Float>,
        _ body: (_ item: Int, _ weight: Float) -> Void
    ) {
        forEach(in: history) { item, weight in
            guard zeros[item] == 0 else { return }
            zeros[item] = 1
            body(item, weight)
        }
        forEach(in: history) { item, _ in zeros[item] = 0 }
    }
}
