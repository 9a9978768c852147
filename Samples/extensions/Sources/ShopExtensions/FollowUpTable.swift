import FreshetCore
import FreshetModels
import FreshetNN

/// How often items came after each other: the most frequent follow-ups of every item, and how often each item came at all.
///
/// A new follow-up takes the place of the rarest where there is no free one. Columns are of `V` items, or `[V, width]`.
struct FollowUpTable: Sendable {
    /// How many follow-ups of an item are kept.
    let width: Int
    private var followUps: [Int32] = []
    private var counts: [Float] = []
    private var totals: [Float] = []
    private var popularity: [Float] = []
    private var eventCount: Double = 0

    private static let none: Int32 = -1

    init(width: Int) { self.width = width }

    /// The length `V` of the catalogue.
    var itemCount: Int { totals.count }

    /// Makes room for items up to a number.
    mutating func grow(to count: Int) {
        let new = count - itemCount
        guard new > 0 else { return }
        followUps.append(contentsOf: repeatElement(Self.none, count: new * width))
        counts.append(contentsOf: repeatElement(0, count: new * width))
        totals.append(contentsOf: repeatElement(0, count: new))
        popularity.append(contentsOf: repeatElement(0, count: new))
    }

    /// Counts an event; one of weight 0 only makes room.
    mutating func learn(_ item: ItemIndex, after previous: ItemIndex?, weight: Float) {
        grow(to: max(item.position, previous?.position ?? 0) + 1)
        guard weight > 0 else { return }
        popularity[item.position] += weight
        eventCount += Double(weight)
        guard let previous else { return }
        totals[previous.position] += weight
        let row = places(of: previous)
        let known = row.first { followUps[$0] == item.rawValue }
        guard let place = known ?? row.min(by: { counts[$0] < counts[$1] }) else { return }
        if followUps[place] != item.rawValue { (followUps[place], counts[place]) = (item.rawValue, 0) }
        counts[place] += weight
    }

    /// Forgets what was counted of items.
    mutating func forget(_ items: Set<ItemIndex>) {
        for item in items {
            (totals[item.position], popularity[item.position]) = (0, 0)
            for place in places(of: item) { (followUps[place], counts[place]) = (Self.none, 0) }
        }
        for place in followUps.indices
        where followUps[place] != Self.none && items.contains(ItemIndex(rawValue: followUps[place])) {
            (followUps[place], counts[place]) = (Self.none, 0)
        }
    }

    /// Whether an item had events since it was forgotten.
    func knows(_ item: ItemIndex) -> Bool { popularity[item.position] > 0 }

    /// An item's share of all events, a little for one without.
    @inline(__always)
    func share(of item: Int) -> Float { (popularity[item] + 0.1) / (Float(eventCount) + 1) }

    /// Adds an item's follow-ups to a sum for each item; how many events came after it, in the same measure.
    func add(_ item: ItemIndex, times factor: Float, to sums: UnsafeMutablePointer<Float>) -> Float {
        guard item.position < itemCount else { return 0 }
        for place in places(of: item) where followUps[place] != Self.none {
            sums[Int(followUps[place])] += factor * counts[place]
        }
        return factor * totals[item.position]
    }

    private func places(of item: ItemIndex) -> Range<Int> {
        item.position * width..<(item.position + 1) * width
    }
}

extension FollowUpTable {
    /// The table as named arrays.
    func checkpoint() -> Checkpoint {
        Checkpoint(arrays: [
            "followUps": StoredArray(followUps, shape: [itemCount, width]),
            "counts": StoredArray(counts, shape: [itemCount, width]),
            "totals": StoredArray(totals),
            "popularity": StoredArray(popularity),
            "eventCount": StoredArray([eventCount]),
        ])
    }

    /// The table of a checkpoint, which may come from anywhere.
    /// - Throws: `FreshetError` of kind `invalidData` when it is none, or does not fit the settings.
    init(from checkpoint: Checkpoint, width: Int) throws {
        self.init(width: width)
        totals = try checkpoint.finiteNumbers("totals", shape: [nil])
        popularity = try checkpoint.finiteNumbers("popularity", shape: [totals.count])
        counts = try checkpoint.finiteNumbers("counts", shape: [totals.count, width])
        followUps = try checkpoint.numbers("followUps", shape: [totals.count, width])
        eventCount = try checkpoint.numbers("eventCount", of: Double.self, shape: [1])[0]
        let isCounted = [totals, popularity, counts].allSatisfy { $0.allSatisfy { $0 >= 0 } }
        let isKnown = followUps.allSatisfy { $0 >= Self.none && Int($0) < itemCount }
        guard isCounted, isKnown, eventCount.isFinite, eventCount >= 0 else {
            throw FreshetError(.invalidData, "The checkpoint's counts of follow-ups are damaged.")
        }
    }
}
