import FreshetCore
import FreshetData
import FreshetNN

/// Learns an online factorization from a stream: one step for every event.
///
/// It keeps nothing of a user and replays nothing: of the settings of a stream it goes by `admission` and the emphasis of
/// a rate, all else is in the model's own. Belongs to one thread.
final class OnlineFactorLearner: OnlineLearner {
    private let configuration: OnlineMatrixFactorization.Configuration
    private let admission: Int
    private let seed: UInt64
    private var factors: OnlineFactors
    /// How many events each item has had; 0 for one that was given up.
    private var occurrences: [UInt32]
    private(set) var learnedEvents = 0

    init(_ scorer: OnlineFactorScorer, settings: OnlineLearning.Settings, seed: UInt64) {
        (configuration, factors) = (scorer.configuration, scorer.factors)
        admission = settings.admission
        self.seed = seed
        occurrences = Array(repeating: UInt32(settings.admission), count: scorer.itemCount)
    }

    var itemCount: Int { factors.itemCount }

    func remember(_ events: [StreamEvent]) {
        for event in events where note(event) && event.event.weight > 0 { factors.touch(event.event.item) }
    }

    /// Takes over when items were last asked for, and how often.
    func takeMemory(of other: any OnlineLearner) throws {
        guard let other = other as? OnlineFactorLearner else { return }
        grow(to: other.itemCount)
        for (item, count) in other.occurrences.enumerated() { occurrences[item] = max(occurrences[item], count) }
        guard other.itemCount == itemCount else { return }
        factors.takeOrder(of: other.factors)
    }

    @discardableResult
    func learn(
        _ batch: [StreamEvent],
        emphasis: OnlineLearning.Emphasis,
        replaying: (() -> Void) -> Void
    ) -> OnlineLearning.Report {
        let rate = configuration.learningRate * emphasis.rate
        var (loss, count) = (Float(0), 0)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: factors.width) { user in
            for event in batch where note(event) {
                let said = event.event.weight
                guard said > 0 || said < 0 else { continue }
                factors.userVector(of: event.history, configuration, into: user.baseAddress!)
                loss += factors.learn(
                    event.event.item,
                    likes: said > 0,
                    of: user.baseAddress!,
                    rate: rate,
                    configuration
                )
                count += 1
            }
        }
        learnedEvents += batch.count
        return OnlineLearning.Report(events: batch.count, loss: Double(loss) / Double(max(count, 1)), rate: rate)
    }

    func makeScorer() -> any Scorer { OnlineFactorScorer(factors, configuration) }

    /// There is nothing of a user here.
    func erase(_ user: UserIndex) -> Int { 0 }

    func expireItems(where isOutdated: (ItemIndex) -> Bool) -> Int {
        let items = occurrences.indices.map(ItemIndex.init).filter { occurrences[$0.position] > 0 && isOutdated($0) }
        for item in items {
            occurrences[item.position] = 0
            factors.reset(item, deviation: configuration.deviation, seed: seed)
        }
        return items.count
    }

    /// Counts an event; whether its item has had enough to be learned.
    private func note(_ event: StreamEvent) -> Bool {
        let item = event.event.item.position
        grow(to: item + 1)
        occurrences[item] &+= 1
        return occurrences[item] >= admission
    }

    private func grow(to count: Int) {
        guard count > itemCount else { return }
        factors.grow(to: count, deviation: configuration.deviation, seed: seed)
        occurrences.grow(to: count, with: 0)
    }

    func checkpoint() -> Checkpoint {
        var checkpoint = factors.checkpoint()
        checkpoint.arrays["learner.occurrences"] = StoredArray(occurrences.map(Int32.init(bitPattern:)))
        checkpoint.arrays["learner.state"] = StoredArray([Int64(learnedEvents)])
        return checkpoint
    }

    func restore(_ checkpoint: Checkpoint) throws {
        let restored = try OnlineFactors(from: checkpoint, width: configuration.factors)
        let counts = try checkpoint.numbers("learner.occurrences", of: Int32.self, shape: [restored.itemCount])
        let learned = try checkpoint.numbers("learner.state", of: Int64.self, shape: [1])[0]
        guard learned >= 0 else {
            throw FreshetError(.invalidData, "The checkpoint says that its learner has learned \(learned) events.")
        }
        (factors, occurrences) = (restored, counts.map(UInt32.init(bitPattern:)))
        learnedEvents = Int(learned)
    }
}
