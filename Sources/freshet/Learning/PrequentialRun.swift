import Foundation
import FreshetCore
import FreshetData
import FreshetLanguage
import FreshetLearning
import FreshetModels
import FreshetRecommendation
import FreshetTensor

/// The learning loop over a data set: warm-up, then every event predicted before it is learned.
struct PrequentialRun {
    /// The share of the warm-up that is not trained on but learned online, so that the fusion weights are there.
    private static let onlineShare = 0.2

    let stream: EventStream
    let options: Options
    let pool: ThreadPool
    let seed: UInt64
    let console: Console

    /// What is run.
    struct Options {
        var warmUp: Double
        /// Events before this time, in seconds since 1970, are learned but not measured.
        var measureFrom: Int64?
        var contenders: Set<Contender>
        var retrainHours: Double
        /// The live system's model.
        var model: String
        /// Models that learn beside it.
        var rivals: [String]
        /// Changes of the models' settings, by their names.
        var overrides: [String: [String: String]]
        var settings: LearningLoop.Settings
        /// What is said of the items, by ``EventStream/catalogue``; `nil` where nothing is read.
        var content: ItemContent?
        /// What has read it.
        var encoder: (any ItemEncoder)?
        /// Hours of the stream between tunings of the encoder; 0 for none.
        var encoderHours = 0.0
        /// How it is tuned.
        var encoderTuning = EncoderTuning.Settings()
    }

    /// From how many of the newest events an encoder is tuned.
    private static let tunedEvents = 100_000

    /// Runs, with progress on standard error.
    /// - Throws: ``FreshetError`` when the data do not suffice, or when stopped.
    func run() throws -> PrequentialReport {
        let warmUp = Int((Double(stream.events.count) * options.warmUp).rounded())
        let trainedOn = Int((Double(warmUp) * (1 - Self.onlineShare)).rounded())
        guard trainedOn >= 100, warmUp < stream.events.count else {
            throw FreshetError(.invalidData, "\(stream.events.count) events are too few for this warm-up.")
        }
        let measured = try firstMeasured(after: warmUp)
        let reading = options.content.flatMap { content in
            options.encoder.map { encoder in
                let reading = ContentReading(id: "base")
                SlowPath.fill(reading, content, encoder, searches: stream.searches, on: pool)
                return reading
            }
        }
        let content = reading?.view
        let wantsModel = !options.contenders.isDisjoint(with: [.live, .frozen, .retrain])
        var warmUpSeconds = 0.0
        var state = ServedState(offset: Int64(trainedOn))
        if wantsModel {
            let (trained, seconds) = try train(options.model, first: trainedOn, content, title: "warm-up")
            (state.trained, state.version, warmUpSeconds) = (trained, ModelVersion(1), seconds)
        }
        var settings = options.settings
        settings.keepsFrozenCopy = options.contenders.contains(.frozen)
        // Here the counts are a contender, on all events.
        settings.countsShare = 0
        let loop = try LearningLoop(settings: settings, live: state, highestVersion: 1, seed: seed, pool: pool)
        let catalog = CatalogView()
        catalog.put(stream.catalogue.enumerated().map { (ItemIndex($0), $1) })
        loop.evidence = [TraitEvidence(of: catalog)]
        if let reading {
            loop.evidence.insert(ContentEvidence(of: reading.view, searches: reading.searches), at: 0)
            loop.content = reading.view
        }
        loop.remember(stream.events[..<trainedOn])
        loop.rehearse(stream.events[..<trainedOn])
        if options.contenders.contains(.counts) { try loop.compare(.counts, with: nil) }
        if options.contenders.contains(.countsUnread) {
            try loop.compare(.countsUnread, with: nil, readsEvidence: false)
        }
        for rival in options.rivals {
            let trained = try train(rival, first: trainedOn, content, title: "warm-up of \(rival)").model
            try loop.compare(Contender(rawValue: rival), with: trained, learning: true)
        }
        try feed(loop, trainedOn..<measured, title: "before measuring")
        loop.stopwatch = { ProgressReporter.now() }
        loop.startMeasuring()
        return try measure(loop, from: measured, warmUpSeconds: warmUpSeconds)
    }

    private func firstMeasured(after warmUp: Int) throws -> Int {
        guard let time = options.measureFrom else { return warmUp }
        guard let first = stream.events[warmUp...].firstIndex(where: { $0.time.seconds >= time }) else {
            throw FreshetError(.usage, "No event is left to measure: all are before --measure-from.")
        }
        return first
    }

    private func measure(_ loop: LearningLoop, from start: Int, warmUpSeconds: Double) throws -> PrequentialReport {
        let retrains = options.contenders.contains(.retrain)
        var (retrainSeconds, retrainCount) = (0.0, 0)
        var nextTraining = Int64.min
        var decisions: [Decision.Kind: Int] = [:]
        var dislikes = LaterDislikes(stream)
        loop.witness = { dislikes?.note($0, among: $1) }
        defer { loop.witness = nil }
        var slowPath = try makeSlowPath()
        try feed(loop, start..<stream.events.count, title: "learn") { place in
            try slowPath?.consider(place, loop)
            guard retrains, stream.events[place].time.seconds >= nextTraining else { return }
            let (trained, seconds) = try train(
                options.model,
                first: place,
                loop.live.reading?.view ?? loop.content,
                title: "retrain \(retrainCount + 1)"
            )
            try loop.compare(.retrain, with: trained)
            retrainSeconds += seconds
            retrainCount += 1
            nextTraining = stream.events[place].time.seconds + Int64(options.retrainHours * 3_600)
        } after: { step in
            slowPath?.note(step)
            for decision in step.decisions { decisions[decision.kind, default: 0] += 1 }
        }
        return PrequentialReport(
            loop: loop,
            stream: stream,
            options: options,
            measuredFrom: start,
            costs: PrequentialReport.Costs(
                warmUp: warmUpSeconds,
                learning: loop.seconds.learning,
                counting: loop.seconds.counting,
                predicting: loop.seconds.predicting,
                retraining: retrains ? retrainSeconds : nil,
                retrainings: retrainCount
            ),
            decisions: decisions,
            dislikes: dislikes?.figures,
            encoderTuning: slowPath?.figures,
            seed: seed,
            threads: pool.threads
        )
    }

    private func makeSlowPath() throws -> SlowPath? {
        guard options.encoderHours > 0 else { return nil }
        guard let encoder = options.encoder as? TextEncoder, EncoderTuning.isTunable(encoder) else {
            throw FreshetError(
                .usage,
                "Only a pretrained encoder in floats can be tuned.",
                remedy: "Name one with --encoder, and a catalogue with texts for it to read."
            )
        }
        return SlowPath(
            stream,
            encoder,
            options.encoderTuning,
            hours: options.encoderHours,
            events: Self.tunedEvents,
            seed: seed,
            pool: pool
        )
    }

    /// Has the loop predict and learn events, micro-batch by micro-batch, with progress.
    ///
    /// - Parameters:
    ///   - loop: the loop.
    ///   - range: which events.
    ///   - title: the title of the progress bar.
    ///   - before: called with the place of every micro-batch before it.
    ///   - after: called with what came of every micro-batch.
    /// - Throws: ``FreshetError`` when stopped.
    private func feed(
        _ loop: LearningLoop,
        _ range: Range<Int>,
        title: String,
        before: (Int) throws -> Void = { _ in },
        after: (LearningStep) -> Void = { _ in }
    ) throws {
        let progress = ProgressReporter(title: title, isQuiet: console.isQuiet)
        defer { progress.finish() }
        var place = range.lowerBound
        while place < range.upperBound {
            try before(place)
            let end = min(place + options.settings.microBatch, range.upperBound)
            after(try loop.process(Array(stream.events[place..<end])))
            place = end
            progress.update(
                TrainingProgress(phase: "events", completed: place - range.lowerBound, total: range.count)
            )
            if Interruption.isRequested { throw FreshetError(.cancelled, "Stopped after \(place) events.") }
        }
    }

    /// Trains a model from scratch on the first events.
    private func train(_ model: String, first count: Int, _ content: ContentView?, title: String) throws -> (
        model: TrainedModel, seconds: Double
    ) {
        let data = stream.trainingData(first: count).data(of: stream).reading(content?.current)
        let description = try ModelRegistry.onlineModel(named: model)
        let learner = try description.makeLearner(overrides: options.overrides[model] ?? [:], data: data)
        var run = TrainingRun(description: description, data: data, seed: seed, pool: pool, console: console)
        run.title = title
        let outcome = try run.train(learner)
        let trained = TrainedModel(
            model: description.name,
            configurationJSON: outcome.configurationJSON,
            scorer: outcome.scorer
        )
        return (trained, outcome.trainSeconds)
    }
}
