import Foundation
import FreshetCore
import FreshetData
import FreshetNN

/// The items that most events are about, recent events counting more when a half-life is set.
///
/// The floor under every other model, and the answer for a user of whom nothing is known. Each event adds
/// `2^(-age / halfLife)` to its item, the age measured from the newest event of the log; where the log has no times,
/// the age is the number of the same user's later events.
public struct Popularity: Learner {
    /// The settings.
    public struct Configuration: ModelConfiguration {
        /// After how many days an event counts half, or 0.
        ///
        /// Used where the log has times.
        public var halfLifeDays: Double = 0
        /// After how many later events of its user an event counts half, or 0.
        ///
        /// Used without times.
        public var halfLifeEvents: Double = 0

        /// The defaults: no decay.
        public init() {}

        /// Checks ranges.
        public func validate() throws {
            try SettingRange.check("halfLifeDays", halfLifeDays, in: 0...1e6)
            try SettingRange.check("halfLifeEvents", halfLifeEvents, in: 0...1e9)
        }
    }

    /// The name on the command line and in snapshots.
    public static let name = "popularity"
    /// One line for `--help`.
    public static let summary = "the items with the most events, recent ones counting more if wanted"
    /// `recent` halves an event's weight every month, or every ten events of its user.
    public static var presets: [String: Configuration] {
        var recent = Configuration()
        recent.halfLifeDays = 30
        recent.halfLifeEvents = 10
        return ["recent": recent]
    }

    /// The settings it was created with.
    public let configuration: Configuration
    private var weights: [Float] = []

    /// Creates an untrained model.
    public init(configuration: Configuration) { self.configuration = configuration }

    /// Counts the events that like each item.
    public mutating func fit(_ data: TrainingData, session: TrainingSession) throws {
        let histories = data.histories
        var counts = [Double](repeating: 0, count: data.itemCount)
        if histories.times.isEmpty || configuration.halfLifeDays == 0 {
            let rate =
                configuration.halfLifeEvents > 0 && histories.times.isEmpty ? 1 / configuration.halfLifeEvents : 0
            for user in 0..<histories.userCount {
                let end = histories.offsets[user + 1]
                for row in histories.offsets[user]..<end {
                    let age = rate == 0 ? 1 : exp2(-Double(end - 1 - row) * rate)
                    counts[histories.items[row].position] += histories.liking(at: row) * age
                }
            }
        } else {
            let newest = histories.times.max()?.seconds ?? 0
            let rate = 1 / (configuration.halfLifeDays * 86_400)
            for row in histories.items.indices {
                let age = exp2(-(Double(newest) - Double(histories.times[row].seconds)) * rate)
                counts[histories.items[row].position] += histories.liking(at: row) * age
            }
        }
        weights = counts.map(Float.init)
        session.report(TrainingProgress(phase: "counting events", completed: 1, total: 1))
    }

    /// The trained model.
    public func makeScorer() -> any Scorer { PopularityScorer(weights: weights) }

    /// The scorer that a checkpoint describes.
    public static func restoreScorer(from checkpoint: Checkpoint, configuration: Configuration) throws -> any Scorer {
        PopularityScorer(weights: try checkpoint.finiteNumbers("weights", shape: [nil]))
    }
}

/// One number an item, the same for everybody.
struct PopularityScorer: Scorer {
    let weights: [Float]

    var itemCount: Int { weights.count }

    func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {
        precondition(scores.count == contexts.count * itemCount, "\(scores.count) scores of \(contexts.count) contexts")
        for row in 0..<contexts.count {
            _ = scores[(row * itemCount)..<((row + 1) * itemCount)].update(fromContentsOf: weights)
        }
    }

    /// Popularity knows no likeness: the popular items are the answer for every item.
    func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {
        _ = scores.update(fromContentsOf: weights)
    }

    func checkpoint() -> Checkpoint {
        Checkpoint(arrays: ["weights": StoredArray(weights)])
    }
}
