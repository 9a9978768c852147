import Foundation
import FreshetCore
import FreshetData
import FreshetNN

/// What follows what, learned event by event: ``CoVisitation`` for streams, with decay and bounded memory.
///
/// The formulas are those of ``CoVisitation``; without decay and with room for all followers the scores are equal to
/// its. With a half-life `h` a pair of time `t` weighs `2^((t - now) / h)`. An event costs a search in two rows for
/// each event of its window, whatever the size of the catalogue.
public struct StreamingCoVisitation: Sendable {
    /// The settings.
    public struct Configuration: Codable, Sendable, Equatable {
        /// What a pair at distance 1, 2, … counts.
        public var windowWeights: [Float] = [1, 0.8, 0.64, 0.51, 0.41, 0.33, 0.26, 0.21, 0.17, 0.13]
        /// What a pair counts in the other direction.
        public var backward: Float = 0.5
        /// The power of the earlier item's number of events that divides a count.
        public var sourceDamping: Float = 0.5
        /// The power of the later item's number of events that divides a count.
        public var targetDamping: Float = 0.1
        /// After how many days a pair counts half, or 0 for never.
        public var halfLifeDays: Double = 0
        /// How many followers of an item are kept at most.
        public var followers = 256
        /// Which of a user's events are asked about, and how they are weighted.
        public var query = HistoryQuery(length: 10, decay: 0.7)

        /// The defaults: those that suit items of few events (see ``CoVisitation``).
        public init() {}

        /// Checks ranges.
        /// - Throws: ``FreshetError`` of kind `usage`.
        public func validate() throws {
            try SettingRange.check("windowWeights.count", windowWeights.count, in: 1...100)
            for weight in windowWeights { try SettingRange.check("windowWeights", weight, in: 0...1e6) }
            try SettingRange.check("backward", backward, in: 0...1e3)
            try SettingRange.check("sourceDamping", sourceDamping, in: 0...2)
            try SettingRange.check("targetDamping", targetDamping, in: 0...2)
            try SettingRange.check("halfLifeDays", halfLifeDays, in: 0...1e6)
            try SettingRange.check("followers", followers, in: 4...1_000_000)
            try query.validate()
        }
    }

    /// The settings it was created with.
    public let configuration: Configuration
    /// How many items there are, counting up to the one with the highest number.
    public var itemCount: Int { rows.count }

    private let rate: Double
    private var rows: [FollowerRow] = []
    private var counts: [Int32] = []
    /// `n^-targetDamping` of every item.
    private var targetFactors: [Float] = []

    /// Creates counts of nothing.
    public init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
        rate = configuration.halfLifeDays == 0 ? 0 : 1 / (configuration.halfLifeDays * 86_400)
    }

    /// Counts the pairs of an event that likes its item with those before it in the user's history.
    ///
    /// - Parameters:
    ///   - item: the event's item.
    ///   - history: the user's events before it.
    ///   - time: the event's time in seconds since 1970.
    public mutating func learn(_ item: ItemIndex, after history: History, at time: Int64) {
        grow(to: item.position + 1)
        let items = history.items
        var distance = 0
        for place in (0..<items.count).reversed() where history.weight(at: place) > 0 {
            distance += 1
            guard distance <= configuration.windowWeights.count else { break }
            let earlier = items[items.startIndex + place]
            guard earlier.position < rows.count else { continue }
            let weight = configuration.windowWeights[distance - 1]
            add(item, to: earlier, weight, time)
            add(earlier, to: item, weight * configuration.backward, time)
        }
        counts[item.position] += 1
        targetFactors[item.position] = pow(Float(counts[item.position]), -configuration.targetDamping)
    }

    /// Scores what may follow a history.
    ///
    /// - Parameters:
    ///   - history: the user's events.
    ///   - now: in seconds since 1970.
    ///   - scores: emptied, then filled with the followers' scores.
    public func score(_ history: History, at now: Int64, into scores: SparseScores) {
        scores.reset(itemCount: itemCount)
        configuration.query.forEach(in: history) { item, weight in
            addFollowers(of: item, times: weight, at: now, to: scores)
        }
    }

    /// Scores what may follow one item, as ``score(_:at:into:)`` does for a history of nothing else.
    public func score(followersOf item: ItemIndex, at now: Int64, into scores: SparseScores) {
        scores.reset(itemCount: itemCount)
        addFollowers(of: item.position, times: 1, at: now, to: scores)
    }

    /// What goes together with an item: the pairs' weights over the geometric mean of both items' numbers of events.
    ///
    /// - Parameters:
    ///   - item: the item.
    ///   - now: in seconds since 1970.
    /// - Returns: the items in no order, the item itself left out.
    public func companions(of item: ItemIndex, at now: Int64) -> [ScoredItem] {
        guard item.position < rows.count else { return [] }
        let row = rows[item.position]
        let factor = row.worth(at: now, rate: rate) / Float(max(counts[item.position], 1)).squareRoot()
        return row.items.indices.compactMap { place in
            let other = ItemIndex(rawValue: row.items[place])
            guard other != item else { return nil }
            let damping = Float(max(counts[other.position], 1)).squareRoot()
            return ScoredItem(item: other, score: factor * row.weights[place] / damping)
        }
    }

    /// Calls `body` with every follower of an item and its score.
    @inline(__always)
    func forEachFollower(of item: Int, times weight: Float, at now: Int64, _ body: (Int32, Float) -> Void) {
        guard item < rows.count, counts[item] > 0 || !rows[item].items.isEmpty else { return }
        let row = rows[item]
        let damping = pow(Float(max(counts[item], 1)), -configuration.sourceDamping)
        let factor = weight * damping * row.worth(at: now, rate: rate)
        row.items.withUnsafeBufferPointer { items in
            row.weights.withUnsafeBufferPointer { weights in
                targetFactors.withUnsafeBufferPointer { targetFactors in
                    for index in items.indices {
                        body(items[index], factor * weights[index] * targetFactors[Int(items[index])])
                    }
                }
            }
        }
    }

    private func addFollowers(of item: Int, times weight: Float, at now: Int64, to scores: SparseScores) {
        forEachFollower(of: item, times: weight, at: now) { scores.add($0, $1) }
    }

    private mutating func add(_ item: ItemIndex, to row: ItemIndex, _ weight: Float, _ time: Int64) {
        guard weight > 0 else { return }
        rows[row.position].add(item.rawValue, weight, at: time, rate: rate, limit: configuration.followers)
    }

    mutating func grow(to count: Int) {
        rows.grow(to: count, with: FollowerRow())
        counts.grow(to: count, with: 0)
        targetFactors.grow(to: count, with: 1)
    }
}

extension StreamingCoVisitation {
    /// The number of pairs that are kept.
    public var pairCount: Int { rows.reduce(0) { $0 + $1.items.count } }

    /// The counts as named arrays.
    func arrays() -> [String: StoredArray] {
        [
            "coVisitation.counts": StoredArray(counts),
            "coVisitation.rowLengths": StoredArray(rows.map { Int32($0.items.count) }),
            "coVisitation.references": StoredArray(rows.map(\.storedReference)),
            "coVisitation.followers": StoredArray(allPairs(\.items)),
            "coVisitation.weights": StoredArray(allPairs(\.weights)),
        ]
    }

    /// What all rows hold, one after the other.
    private func allPairs<Number>(_ numbers: KeyPath<FollowerRow, [Number]>) -> [Number] {
        var all: [Number] = []
        all.reserveCapacity(pairCount)
        for row in rows { all += row[keyPath: numbers] }
        return all
    }

    /// Counts from named arrays.
    /// - Throws: ``FreshetError`` of kind `invalidData` when they do not fit each other or the configuration.
    init(from checkpoint: Checkpoint, configuration: Configuration) throws {
        self.init(configuration: configuration)
        let counts = try checkpoint.numbers("coVisitation.counts", of: Int32.self)
        let V = counts.count
        let lengths = try checkpoint.numbers("coVisitation.rowLengths", of: Int32.self, shape: [V])
        let references = try checkpoint.numbers("coVisitation.references", of: Int64.self, shape: [V])
        let followers = try checkpoint.numbers("coVisitation.followers", of: Int32.self)
        let weights = try checkpoint.finiteNumbers("coVisitation.weights", shape: [followers.count])
        guard counts.allSatisfy({ $0 >= 0 }), lengths.allSatisfy({ (0...configuration.followers).contains(Int($0)) }),
            lengths.reduce(0, { $0 + Int($1) }) == followers.count, followers.allSatisfy({ (0..<V).contains(Int($0)) }),
            weights.allSatisfy({ $0 >= 0 })
        else { throw FreshetError(.invalidData, "The checkpoint does not hold co-visitation counts.") }
        self.counts = counts
        targetFactors = counts.map { pow(Float(max($0, 1)), -configuration.targetDamping) }
        var next = 0
        for (length, reference) in zip(lengths, references) {
            let range = next..<next + Int(length)
            rows.append(
                FollowerRow(items: Array(followers[range]), weights: Array(weights[range]), reference: reference)
            )
            next = range.upperBound
        }
    }
}
