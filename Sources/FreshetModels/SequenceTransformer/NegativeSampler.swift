import Foundation
import FreshetCore
import FreshetData
import FreshetTensor

/// Draws items that stand for "not chosen".
struct NegativeSampler {
    /// The logarithm of each item's chance to be drawn by ``shared(_:into:using:)``.
    let logProbability: [Float]
    /// How often each item occurred.
    let counts: [Double]
    private let drawn: [Int32]

    /// Prepares draws in proportion to the square root of how often an item occurs, plus one.
    init(_ histories: Histories, itemCount: Int) {
        var counts = [Double](repeating: 0, count: itemCount)
        for item in histories.items { counts[item.position] += 1 }
        self.init(counts: counts)
    }

    /// The same from how often each item occurs.
    init(counts: [Double]) {
        self.counts = counts
        let weights = counts.map { ($0 + 1).squareRoot() }
        let total = weights.reduce(0, +)
        // A table of 2²⁰ entries in which each item takes its share: one draw, one look-up.
        let size = max(1 << 20, counts.count * 4)
        let entries = weights.map { max(1, Int(($0 / total * Double(size)).rounded())) }
        let length = entries.reduce(0, +)
        drawn = [Int32](unsafeUninitializedCapacity: length) { table, count in
            for (item, entries) in entries.enumerated() {
                table[count..<count + entries].initialize(repeating: Int32(item))
                count += entries
            }
        }
        logProbability = entries.map { logarithm(Float($0) / Float(length)) }
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
