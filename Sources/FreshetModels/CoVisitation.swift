import Foundation
import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// What follows what: decayed counts of one item after another in the same user's sequence.
///
/// Item `j` at distance `d` after item `i` adds `windowWeights[d - 1]` to `C[i, j]` (and `backward` times that to
/// `C[j, i]`). With `n` the number of events of an item, the score of `j` for a history is
///
///     Σ over the last items i, the newest at age 0, of decay^age · C[i, j] / (nᵢ^sourceDamping · nⱼ^targetDamping)
///
/// Nothing is trained, yet it beats most published sequence models (Ludewig and Jannach, "Evaluation of session-based
/// recommendation algorithms", 2018, https://arxiv.org/abs/1803.09587, say so of the whole family of neighbour
/// counts). Departs from their sequential rules in damping by both items' counts and in the exponential query decay.
public struct CoVisitation: Learner {
    /// The settings.
    public struct Configuration: ModelConfiguration {
        /// What a pair at distance 1, 2, … counts.
        public var windowWeights: [Double] = [1, 0.8, 0.64, 0.51, 0.41, 0.33, 0.26, 0.21, 0.17, 0.13]
        /// What a pair counts in the other direction.
        public var backward: Double = 0.1
        /// The power of the earlier item's number of events that divides a count.
        public var sourceDamping: Double = 0.7
        /// The power of the later item's number of events that divides a count.
        public var targetDamping: Double = 0.2
        /// Which of a user's events are asked about, and how they are weighted.
        public var query = HistoryQuery(length: 10, decay: 0.7)
        /// How many of an item's strongest followers are kept; 0 is all.
        public var neighbours: Int = 0

        /// The defaults, chosen on the validation events of MovieLens-1M.
        public init() {}

        /// Checks ranges.
        public func validate() throws {
            try SettingRange.check("number of windowWeights", windowWeights.count, in: 1...100)
            for weight in windowWeights { try SettingRange.check("windowWeights", weight, in: 0...1e6) }
            try SettingRange.check("backward", backward, in: 0...1e3)
            try SettingRange.check("sourceDamping", sourceDamping, in: 0...2)
            try SettingRange.check("targetDamping", targetDamping, in: 0...2)
            try SettingRange.check("neighbours", neighbours, in: 0...1_000_000)
            try query.validate()
        }
    }

    /// The name on the command line and in snapshots.
    public static let name = "co-visitation"
    /// One line for `--help`.
    public static let summary = "what follows what in the users' sequences, counted; trains in a second"
    /// `plain` counts forward only, in a window of five, and damps by the square roots of both counts.
    public static var presets: [String: Configuration] {
        var plain = Configuration()
        plain.windowWeights = [1, 0.6, 0.4, 0.3, 0.2]
        plain.backward = 0
        plain.sourceDamping = 0.5
        plain.targetDamping = 0.5
        return ["plain": plain]
    }

    /// Where items have few events, damping by their number loses what little is known: less of it, and more backward.
    ///
    /// Chosen on the validation events of six data sets; those with 8 to 11 events an item (two Amazon shops,
    /// MovieTweetings) agree on one side, those with 41 and more (three of films and books) on the other.
    public static func recommendedConfiguration(for data: TrainingData) -> Configuration {
        var configuration = Configuration()
        if data.histories.eventCount < 25 * data.itemCount {
            configuration.sourceDamping = 0.5
            configuration.targetDamping = 0.1
            configuration.backward = 0.2
        }
        // Bounds the memory of the counts to a few hundred megabytes, at no loss (500 do as well on MovieLens-1M).
        if data.histories.eventCount > 5_000_000 { configuration.neighbours = 1000 }
        return configuration
    }

    /// The settings it was created with.
    public let configuration: Configuration
    /// Row `i`: what follows item `i`, and how strongly.
    private(set) var counts = SparseRows(columnCount: 0, offsets: [0], columns: [], values: [])

    /// Creates an untrained model.
    public init(configuration: Configuration) { self.configuration = configuration }

    /// Counts the pairs.
    public mutating func fit(_ data: TrainingData, session: TrainingSession) throws {
        try session.checkCancellation()
        let occurrences = Occurrences(
            of: data.histories.likings,
            itemCount: data.itemCount,
            window: configuration.windowWeights.count
        )
        let weights = configuration.windowWeights.map(Float.init)
        let backward = configuration.backward == 0 ? nil : weights.map { $0 * Float(configuration.backward) }
        let source = occurrences.damping(configuration.sourceDamping)
        let target = occurrences.damping(configuration.targetDamping)
        counts = SparseRows(
            rowCount: data.itemCount,
            columnCount: data.itemCount,
            keep: configuration.neighbours == 0 ? nil : configuration.neighbours,
            pool: session.pool,
            sum: { item, sums in
                occurrences.forEach(of: item) { items, row, before, after in
                    for distance in 0..<after { sums.add(items[row + distance + 1].position, weights[distance]) }
                    guard let backward else { return }
                    for distance in 0..<before { sums.add(items[row - distance - 1].position, backward[distance]) }
                }
            },
            value: { item, follower, sum in sum * source[item] * target[follower] }
        )
        try session.checkCancellation()
        session.report(TrainingProgress(phase: "counting pairs", completed: 1, total: 1))
    }

    /// The trained model.
    public func makeScorer() -> any Scorer { ItemToItemScorer(neighbours: counts, query: configuration.query) }

    /// The scorer that a checkpoint describes.
    public static func restoreScorer(from checkpoint: Checkpoint, configuration: Configuration) throws -> any Scorer {
        try ItemToItemScorer(from: checkpoint, query: configuration.query)
    }
}

/// Where every item stands in the event log, by counting sort.
private struct Occurrences {
    private let items: [ItemIndex]
    private let offsets: [Int]
    private let rows: [Int32]
    private let before: [UInt8]
    private let after: [UInt8]

    init(of histories: Histories, itemCount: Int, window: Int) {
        precondition(histories.eventCount <= Int(Int32.max), "\(histories.eventCount) events")
        items = histories.items
        var starts = [Int](repeating: 0, count: itemCount + 1)
        for item in items { starts[item.position + 1] += 1 }
        for item in 0..<itemCount { starts[item + 1] += starts[item] }
        offsets = starts
        rows = Self.placed(histories, starts) { row, _ in Int32(row) }
        before = Self.placed(histories, starts) { row, user in UInt8(min(window, row - user.lowerBound)) }
        after = Self.placed(histories, starts) { row, user in UInt8(min(window, user.upperBound - 1 - row)) }
    }

    /// What `value` makes of every event's row and the rows of its user, item by item.
    private static func placed<Element: BitwiseCopyable>(
        _ histories: Histories,
        _ starts: [Int],
        _ value: (_ row: Int, _ user: Range<Int>) -> Element
    ) -> [Element] {
        var next = starts
        return histories.scratch.derivedArray(count: histories.eventCount) { placed in
            for user in 0..<histories.userCount {
                let range = histories.offsets[user]..<histories.offsets[user + 1]
                for row in range {
                    let item = histories.items[row].position
                    placed.initializeElement(at: next[item], to: value(row, range))
                    next[item] += 1
                }
            }
        }
    }

    /// `n^-power` of every item's number of events.
    func damping(_ power: Double) -> [Float] {
        zip(offsets, offsets.dropFirst()).map { Float(pow(Double(max($1 - $0, 1)), -power)) }
    }

    /// Calls `body` for every event of an item with the log, its row, and how many events of its window there are.
    @inline(__always)
    func forEach(
        of item: Int,
        _ body: (_ items: UnsafeBufferPointer<ItemIndex>, _ row: Int, _ before: Int, _ after: Int) -> Void
    ) {
        items.withUnsafeBufferPointer { items in
            for place in offsets[item]..<offsets[item + 1] {
                body(items, Int(rows[place]), Int(before[place]), Int(after[place]))
            }
        }
    }
}
