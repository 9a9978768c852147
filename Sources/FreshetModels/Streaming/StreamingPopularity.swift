import Foundation
import FreshetCore
import FreshetNN

/// How often every item was chosen of late, at several half-lives at once, event by event.
///
/// An event of time `t` weighs `2^((t - now) / h)` at half-life `h`. What is kept is the level, the base-2 logarithm of
/// an item's sum with `now` at the time of the first event: decay then shifts all levels alike, so nothing has to be
/// done as time passes, nothing overflows however long the stream, and the order of the items changes only by events.
/// An event costs the same however large the catalogue; the top lists are exact. Times may jump back: such an event
/// weighs less, as it would have at its place.
public struct StreamingPopularity: Sendable {
    /// The half-lives in seconds; `.infinity` counts every event alike.
    public let halfLives: [Double]
    /// The length of the top lists.
    public let topCount: Int
    /// How many items there are, counting up to the one with the highest number.
    public private(set) var itemCount = 0
    /// The time of the newest event in seconds since 1970, or `nil` before the first.
    public private(set) var newestTime: Int64?

    private let rates: [Double]
    private var origin: Int64 = 0
    /// Shape `[V, halfLives]`; `-.infinity` for an item without events.
    private(set) var levels: [Double] = []
    private var tops: [PopularityTopList]

    /// Creates counts of nothing.
    ///
    /// - Parameters:
    ///   - halfLives: in seconds, each above 0.
    ///   - topCount: how many of the most popular items are at hand for each half-life.
    public init(halfLives: [Double], topCount: Int) {
        precondition(!halfLives.isEmpty && halfLives.allSatisfy { $0 > 0 }, "half-lives of \(halfLives)")
        precondition(topCount > 0, "a top list of \(topCount)")
        self.halfLives = halfLives
        self.topCount = topCount
        rates = halfLives.map { 1 / $0 }
        tops = halfLives.map { _ in PopularityTopList(limit: topCount) }
    }

    /// Counts an event, which may count more or less than one.
    public mutating func learn(_ item: ItemIndex, at time: Int64, weight: Float = 1) {
        if let newest = newestTime { newestTime = max(newest, time) } else { (origin, newestTime) = (time, time) }
        grow(to: item.position + 1)
        let seconds = Double(time - origin)
        let gain = weight == 1 ? 0 : log2(Double(weight))
        let first = item.position * rates.count
        for index in rates.indices {
            let old = levels[first + index]
            let new = Self.sum(old, seconds * rates[index] + gain)
            levels[first + index] = new
            tops[index].raise(item, from: old, to: new)
        }
    }

    /// An item's decayed number of events.
    ///
    /// - Parameters:
    ///   - item: any item.
    ///   - halfLife: a position in ``halfLives``.
    ///   - now: in seconds since 1970; a time before the newest event counts as that.
    /// - Returns: the sum of the events' weights.
    public func count(of item: ItemIndex, halfLife: Int, at now: Int64) -> Double {
        guard item.position < itemCount else { return 0 }
        return exp2(levels[item.position * rates.count + halfLife] - decay(at: now, halfLife: halfLife))
    }

    /// The most popular items at a half-life, best first, ties by the lower ``ItemIndex``; at most ``topCount``.
    public func top(halfLife: Int) -> [ItemIndex] { (0..<tops[halfLife].count).map { tops[halfLife][$0] } }

    /// Calls `body` with the most popular items at a half-life, best first.
    func forEachTop(_ count: Int, halfLife: Int, _ body: (ItemIndex) -> Void) {
        for place in 0..<min(count, tops[halfLife].count) { body(tops[halfLife][place]) }
    }

    /// What is to be taken off a level to have the base-2 logarithm of the count at a time.
    func decay(at now: Int64, halfLife: Int) -> Double {
        Double(max(now, newestTime ?? now) - origin) * rates[halfLife]
    }

    /// log₂(2^a + 2^b).
    private static func sum(_ a: Double, _ b: Double) -> Double {
        let high = max(a, b)
        return high + log2(1 + exp2(min(a, b) - high))
    }

    mutating func grow(to count: Int) {
        guard count > itemCount else { return }
        levels.grow(to: count * rates.count, with: -.infinity)
        itemCount = count
    }
}

extension StreamingPopularity {
    /// The counts as arrays whose names begin with `name`.
    func arrays(_ name: String) -> [String: StoredArray] {
        [
            "\(name).halfLives": StoredArray(halfLives),
            "\(name).levels": StoredArray(levels, shape: [itemCount, halfLives.count]),
            "\(name).times": StoredArray(newestTime.map { [origin, $0] } ?? []),
        ]
    }

    /// Counts from arrays whose names begin with `name`.
    /// - Throws: ``FreshetError`` of kind `invalidData` when they are not counts at these half-lives.
    init(from checkpoint: Checkpoint, _ name: String, halfLives: [Double], topCount: Int) throws {
        self.init(halfLives: halfLives, topCount: topCount)
        let levels = try checkpoint.numbers("\(name).levels", of: Double.self, shape: [nil, halfLives.count])
        let times = try checkpoint.numbers("\(name).times", of: Int64.self)
        guard try checkpoint.numbers("\(name).halfLives", of: Double.self) == halfLives,
            times.count == (levels.isEmpty ? 0 : 2), times.first ?? 0 <= times.last ?? 0,
            levels.allSatisfy({ $0 < .infinity })
        else { throw FreshetError(.invalidData, "The checkpoint does not hold popularity at these half-lives.") }
        self.levels = levels
        itemCount = levels.count / halfLives.count
        (origin, newestTime) = (times.first ?? 0, times.last)
        let H = halfLives.count
        for index in 0..<H {
            let known = (0..<itemCount).filter { levels[$0 * H + index] > -.infinity }
            // Best first, so that each finds its place at the end.
            let ordered = known.sorted { (-levels[$0 * H + index], $0) < (-levels[$1 * H + index], $1) }
            for item in ordered.prefix(topCount) {
                tops[index].raise(ItemIndex(item), from: -.infinity, to: levels[item * H + index])
            }
        }
    }
}
