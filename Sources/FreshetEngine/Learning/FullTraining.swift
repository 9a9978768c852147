import FreshetCore
import FreshetData
import FreshetModels
import FreshetTensor

/// A full training from the log: what makes a new version's weights.
///
/// Blocks the calling thread for minutes; runs beside serving on a thread of lower priority.
struct FullTraining: Sendable {
    let log: any EventLog
    let vocabulary: Vocabulary
    let settings: EngineConfiguration.Retraining
    let seed: UInt64

    /// What is to be trained.
    struct Order: Sendable {
        /// The newest event to read.
        var newest: Int64
        /// The time budget.
        var minutes: Double
        /// When the log is read, in milliseconds since 1970.
        var time: Int64
        /// Whether what comes of it goes live whatever the gate says.
        var isForced = false
    }

    /// What came of an order.
    struct Outcome: Sendable {
        var order: Order
        var result: Result<Product, FreshetError>
    }

    /// A trained model that has no version number yet.
    struct Product: Sendable {
        var model: String
        var configurationJSON: String
        var scorer: any Scorer
        /// Seconds of training.
        var seconds: Double
        /// Validation NDCG@10 of the best epoch, where it was measured.
        var validation: Double?
    }

    /// Trains.
    ///
    /// - Parameters:
    ///   - order: what is to be trained.
    ///   - isCancelled: asked between steps.
    ///   - report: called with the share of the budget or of the epochs that is done, 0 to 1.
    /// - Returns: the trained model.
    /// - Throws: ``FreshetError`` when the log cannot be read, the data do not suffice, or the training was cancelled.
    func run(
        _ order: Order,
        isCancelled: @escaping @Sendable () -> Bool,
        report: @escaping @Sendable (Double) -> Void
    ) throws -> Product {
        let start = ContinuousClock.now
        let data = try LogDataset.read(log, vocabulary: vocabulary, limit: settings.maximumEvents, upTo: order.newest)
        guard data.histories.eventCount > 1 else {
            throw FreshetError(.invalidData, "The log holds no events to train from.")
        }
        let model = try ModelRegistry.model(named: SequenceTransformer.name)
        var overrides = ["minutes": "\(order.minutes)"]
        overrides.merge(settings.overrides) { $1 }
        var learner = try model.makeLearner(overrides: overrides, data: data)
        let best = LockedMaximum()
        let session = TrainingSession(
            seed: seed,
            pool: ThreadPool(threads: settings.threads),
            report: { progress in
                if let validation = progress.finishedEpoch?.validation { best.raise(to: validation) }
                let elapsed = (ContinuousClock.now - start) / .seconds(60 * order.minutes)
                let share = Double(progress.completed) / Double(max(1, progress.total))
                report(min(1, max(elapsed, share)))
            },
            isCancelled: isCancelled
        )
        try learner.fit(data, session: session)
        return Product(
            model: model.name,
            configurationJSON: model.configurationJSON(of: learner),
            scorer: learner.makeScorer(),
            seconds: (ContinuousClock.now - start) / .seconds(1),
            validation: best.value
        )
    }
}
