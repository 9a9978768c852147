import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN

/// Goes on counting what is chosen after what, event by event; belongs to one thread.
///
/// It keeps nothing of a user and replays nothing. Events that its model was trained on are in the counts already.
final class FollowUpLearner: OnlineLearner {
    private let configuration: FollowUps.Configuration
    private var table: FollowUpTable
    private(set) var learnedEvents = 0

    init(_ scorer: FollowUpScorer) { (configuration, table) = (scorer.configuration, scorer.table) }

    var itemCount: Int { table.itemCount }

    func remember(_ events: [StreamEvent]) {
        for event in events { table.grow(to: event.event.item.position + 1) }
    }

    func takeMemory(of other: any OnlineLearner) throws {
        guard let other = other as? FollowUpLearner else { return }
        table.grow(to: other.itemCount)
    }

    @discardableResult
    func learn(
        _ batch: [StreamEvent],
        emphasis: OnlineLearning.Emphasis,
        replaying: (() -> Void) -> Void
    ) -> OnlineLearning.Report {
        for event in batch {
            let isLiking = event.event.weight > 0
            table.learn(
                event.event.item,
                after: event.history.likings.items.last,
                weight: isLiking ? emphasis.rate : 0
            )
        }
        learnedEvents += batch.count
        return OnlineLearning.Report(events: batch.count, loss: 0, rate: emphasis.rate)
    }

    func makeScorer() -> any Scorer { FollowUpScorer(table: table, configuration: configuration) }

    func erase(_ user: UserIndex) -> Int { 0 }

    func expireItems(where isOutdated: (ItemIndex) -> Bool) -> Int {
        let items = (0..<itemCount).map { ItemIndex($0) }.filter { table.knows($0) && isOutdated($0) }
        table.forget(Set(items))
        return items.count
    }

    func checkpoint() -> Checkpoint {
        var checkpoint = table.checkpoint()
        checkpoint.arrays["learnedEvents"] = StoredArray([Int64(learnedEvents)])
        return checkpoint
    }

    func restore(_ checkpoint: Checkpoint) throws {
        let restored = try FollowUpTable(from: checkpoint, width: configuration.followUps)
        let learned = try checkpoint.numbers("learnedEvents", of: Int64.self, shape: [1])[0]
        guard learned >= 0 else {
            throw FreshetError(.invalidData, "The checkpoint says that its learner has learned \(learned) events.")
        }
        (table, learnedEvents) = (restored, Int(learned))
    }
}
