import Foundation
import FreshetCore

/// How one user acts, in figures that tell people from machines.
struct UserActivity {
    /// How many events they have.
    var events = 0
    /// The most of them within ten minutes; 0 where times do not tell.
    var rate = 0
    /// Over how many items they are spread in effect: two to the power of the items' entropy in bits.
    var effectiveItems = 0.0
    /// The entropy of the gaps between them in bits, four steps an octave; `nil` where too few gaps say anything.
    var gapEntropy: Double?

    /// The events for each of the items in effect.
    var repetition: Double { events == 0 ? 0 : Double(events) / effectiveItems }
}

/// Measures users one after the other, in the memory of one.
struct ActivityMeter {
    /// What a rate is counted in, in milliseconds.
    private static let window: Int64 = 600_000
    /// Gaps of a day and more are habits of people too.
    private static let longestGap: Int64 = 86_400_000
    /// The number of gaps from which on there is an entropy.
    private static let fewestGaps = 100
    /// Steps of gaps up to ``longestGap``, which lies below 2^27.
    private static let steps = 4 * 27

    private let histories: Histories
    private let resolution: Int64?
    private var itemCounts: [Int32]
    private var gapCounts = [Int32](repeating: 0, count: steps)

    /// Starts over a log.
    ///
    /// - Parameters:
    ///   - histories: the events.
    ///   - itemCount: how many items there are.
    ///   - resolution: what times are multiples of, in milliseconds; `nil` where the times are not those of a clock.
    init(_ histories: Histories, itemCount: Int, resolution: Int64?) {
        self.histories = histories
        self.resolution = resolution
        itemCounts = [Int32](repeating: 0, count: itemCount)
    }

    /// Measures a user.
    mutating func activity(of user: Int) -> UserActivity {
        let rows = histories.offsets[user]..<histories.offsets[user + 1]
        var activity = UserActivity(events: rows.count)
        guard !rows.isEmpty else { return activity }
        activity.effectiveItems = exp2(itemEntropy(rows))
        guard let resolution else { return activity }
        if resolution < Self.window { activity.rate = rate(rows) }
        // Shorter gaps say more of how times are rounded than of who acts.
        if rows.count > Self.fewestGaps { activity.gapEntropy = gapEntropy(rows, from: 2 * resolution) }
        return activity
    }

    private mutating func itemEntropy(_ rows: Range<Int>) -> Double {
        for row in rows { itemCounts[histories.items[row].position] += 1 }
        var sum = 0.0
        for row in rows {
            let item = histories.items[row].position
            if itemCounts[item] > 1 { sum += Self.summand(itemCounts[item]) }
            itemCounts[item] = 0
        }
        return Self.entropy(sum, of: rows.count)
    }

    private func rate(_ rows: Range<Int>) -> Int {
        var (first, most) = (rows.lowerBound, 0)
        for row in rows {
            while histories.times[row].milliseconds - histories.times[first].milliseconds >= Self.window { first += 1 }
            most = max(most, row - first + 1)
        }
        return most
    }

    private mutating func gapEntropy(_ rows: Range<Int>, from shortestGap: Int64) -> Double? {
        for step in gapCounts.indices { gapCounts[step] = 0 }
        var count = 0
        for row in rows.dropFirst() {
            let gap = histories.times[row].milliseconds - histories.times[row - 1].milliseconds
            guard gap >= shortestGap, gap < Self.longestGap else { continue }
            // The exponent and the first two bits of the fraction: four steps an octave, from 1 ms on.
            gapCounts[Int((Float(gap).bitPattern >> 21) - (Float(1).bitPattern >> 21))] += 1
            count += 1
        }
        guard count >= Self.fewestGaps else { return nil }
        return Self.entropy(gapCounts.reduce(0) { $1 > 1 ? $0 + Self.summand($1) : $0 }, of: count)
    }

    private static func summand(_ count: Int32) -> Double { Double(count) * log2(Double(count)) }

    /// The entropy of counts in bits, of the sum of their summands and their sum.
    private static func entropy(_ sum: Double, of count: Int) -> Double {
        max(0, log2(Double(count)) - sum / Double(count))
    }
}
