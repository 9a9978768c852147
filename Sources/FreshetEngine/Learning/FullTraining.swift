import FreshetCore
import FreshetData
import FreshetLearning
import FreshetModels
import FreshetTensor

/// A full training from the log: what makes a new version's weights.
///
/// A first version is tried on the newest events of the log, which it is not trained on (``LogTrial``). Blocks the calling
/// thread for minutes; runs beside serving on a thread of lower priority.
struct FullTraining: Sendable {
    let log: any EventLog
    let vocabulary: Vocabulary
    /// The name of the model.
    let model: String
    let settings: EngineConfiguration.Retraining
    /// The loop in which a first version is tried.
    let loop: LearningLoop.Settings
    /// What that loop knows of candidates beside the counts.
    var evidence: [any CandidateEvidence] = []
    /// What is said of the items; `nil` where nothing is read.
    var content: ContentView?
    /// Who knows the texts and their encoder; `nil` where it is not to be tuned.
    var texts: ContentService?
    /// How it is tuned.
    var tuning = EngineConfiguration.Encoder()
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
        /// What the items' texts are read by; `nil` for the configured encoder.
        var reading: ContentReading?
        /// Whether the encoder is tuned, and no model trained.
        var tunesEncoder = false
        /// How many of the newest events are left for a trial; 0 for none, as where a trained version serves.
        var heldOut: Int64 = 0
    }

    /// How far an order is.
    enum Stage: Sendable, Equatable {
        /// Training, with the share that is done.
        case training(Double)
        /// A first version is tried on the log: events judged, of at most so many.
        case trying(Int, of: Int)
        /// It learns what came meanwhile: events that are left.
        case followingUp(Int)
    }

    /// What came of an order.
    struct Outcome: Sendable {
        var order: Order
        var result: Result<Product, FreshetError>
    }

    /// A trained model, or what a tuned encoder has read, that has no version number yet.
    struct Product: Sendable {
        /// The model; `nil` where the encoder was tuned.
        var trained: TrainedModel?
        /// What a tuned encoder has read.
        var prepared: PreparedReading?
        /// What the model was trained with; `nil` for the configured encoder's.
        var reading: ContentReading?
        /// The model after its trial on the log, where it had one.
        var tried: TriedCandidate?
        /// The newest event that it has learned.
        var learned: Int64
        /// Seconds of training.
        var seconds: Double
        /// Whether the training ended because its time was over.
        var wasCutShort: Bool
        /// Validation NDCG@10 of the best epoch, where it was measured.
        var validation: Double?
        /// Where it comes from, unless it was trained here.
        var source: String?
    }

    /// Trains, and tries what has to be tried.
    ///
    /// - Parameters:
    ///   - order: what is to be trained.
    ///   - isCancelled: asked between steps.
    ///   - report: called with how far it is.
    /// - Returns: the trained model.
    /// - Throws: ``FreshetError`` when the log cannot be read, the data do not suffice, or the training was cancelled.
    func run(
        _ order: Order,
        isCancelled: @escaping @Sendable () -> Bool,
        report: @escaping @Sendable (Stage) -> Void
    ) throws -> Product {
        if order.tunesEncoder {
            return try tuneEncoder(order, isCancelled: isCancelled) { report(.training($0)) }
        }
        var product = try train(order, isCancelled: isCancelled) { report(.training($0)) }
        guard order.heldOut > 0, let trained = product.trained else { return product }
        let trial = LogTrial(
            log: log,
            loop: loop,
            evidence: evidence,
            content: content,
            seed: seed,
            threads: settings.threads
        )
        let tried = try trial.run(
            trained,
            after: product.learned,
            heldOut: Int(order.heldOut),
            isCancelled: isCancelled,
            report: report
        )
        (product.tried, product.learned) = (tried, tried.offset)
        return product
    }

    private func train(
        _ order: Order,
        isCancelled: @escaping @Sendable () -> Bool,
        report: @escaping @Sendable (Double) -> Void
    ) throws -> Product {
        let start = ContinuousClock.now
        let newest = order.newest - order.heldOut
        let data = try LogDataset.read(log, vocabulary: vocabulary, limit: settings.maximumEvents, upTo: newest)
            .reading((order.reading?.view ?? content)?.current)
        guard data.histories.eventCount > 1 else {
            throw FreshetError(.invalidData, "The log holds no events to train from.")
        }
        let model = try ModelRegistry.onlineModel(named: model)
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
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        return Product(
            trained: TrainedModel(
                model: model.name,
                configurationJSON: model.configurationJSON(of: learner),
                scorer: learner.makeScorer()
            ),
            reading: order.reading,
            learned: newest,
            seconds: seconds,
            wasCutShort: seconds >= 60 * order.minutes,
            validation: best.value
        )
    }
}
