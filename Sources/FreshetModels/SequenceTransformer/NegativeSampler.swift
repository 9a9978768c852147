import Foundation
import FreshetCore
import FreshetData
import FreshetTensor

/// Draws items that stand for "not chosen".
///
/// New items join a table that is there already, each with the share that its count gives it, so that a growing catalogue
/// costs what is new; when they make up more than an eighth of it, all are counted anew.
struct NegativeSampler {
    /// The logarithm of each item's chance to be drawn by ``shared(_:into:using:)``, but for a constant that is the same
    /// for all: what losses take off both sides of a comparison.
    private(set) var logProbability: [Float]
    /// How often each item had occurred when it took its share.
    private(set) var counts: [Double]
    /// How many items were there when all were counted.
    let countedItems: Int
    private var drawn: [Int32]
    private let countedLength: Int
    private let share: Share

    /// What part of the table a weight takes.
    private struct Share {
        let total: Double
        let size: Int

        func entries(of count: Double) -> Int {
            max(1, Int((NegativeSampler.weight(count) / total * Double(size)).rounded()))
        }
    }

    private static func weight(_ count: Double) -> Double { (count + 1).squareRoot() }

    /// Prepares draws in proportion to the square root of how often an item occurs, plus one.
    init(_ histories: Histories, itemCount: Int) {
        var counts = [Double](repeating: 0, count: itemCount)
        for (row, item) in histories.items.enumerated() where histories.liking(at: row) > 0 {
            counts[item.position] += 1
        }
        self.init(counts: counts)
    }

    /// The same from how often each item occurs.
    init(counts: [Double]) {
        self.counts = counts
        countedItems = counts.count
        // A table of 2²⁰ entries in which each item takes its share: one draw, one look-up.
        let share = Share(
            total: counts.reduce(0) { $0 + Self.weight($1) },
            size: max(1 << 20, counts.count * 4)
        )
        let entries = counts.map(share.entries)
        let length = entries.reduce(0, +)
        drawn = [Int32](unsafeUninitializedCapacity: length) { table, count in
            for (item, entries) in entries.enumerated() {
                table[count..<count + entries].initialize(repeating: Int32(item))
                count += entries
            }
        }
        logProbability = entries.map { logarithm(Float($0) / Float(length)) }
        (self.share, countedLength) = (share, length)
    }

    /// Takes in the items that came since.
    ///
    /// - Parameter all: how often each item occurs, the new ones behind those that are known.
    /// - Returns: whether all were counted anew.
    mutating func grow(to all: [Double]) -> Bool {
        let entries = all[counts.count...].map(share.entries)
        guard drawn.count - countedLength + entries.reduce(0, +) <= countedLength / 8 else {
            self = NegativeSampler(counts: all)
            return true
        }
        for (item, entries) in zip(counts.count..., entries) {
            drawn.append(contentsOf: repeatElement(Int32(item), count: entries))
            logProbability.append(logarithm(Float(entries) / Float(countedLength)))
        }
        counts.append(contentsOf: all[counts.count...])
        return false
    }

    /// Draws items by the square root of how often they occur, for all rows of a pass together.
    func shared(_ count: Int, into buffer: IndexBuffer, using random: inout RandomSource) {
        for _ in 0..<count { buffer.append(drawn[random.below(drawn.count)]) }
    }

    /// Draws one item evenly among those that `isExcluded` leaves; gives up after many tries on a user who had nearly all.
    func even(using random: inout RandomSource, excluding isExcluded: (Int32) -> Bool) -> Int32 {
        var item: Int32 = 0
        for _ in 0..<100 {
            item = Int32(random.below(counts.count))
            if !isExcluded(item) { break }
        }
        return item
    }
}
