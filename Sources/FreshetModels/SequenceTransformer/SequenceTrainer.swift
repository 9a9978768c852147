import Foundation
import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// One training run of a sequence transformer: state that a checkpoint holds, and the loop over epochs and steps.
struct SequenceTrainer {
    private let configuration: SequenceTransformer.Configuration
    private let shape: SequenceTransformer.Shape
    private let data: TrainingData
    private let session: TrainingSession
    private let training: SequenceTraining
    private let sampler: NegativeSampler
    private let anchors: ContentAnchors?
    /// With what chance what is learned was shown; empty where it is not corrected for.
    private let propensities: [Float]
    /// Whose ranking is learned beside the events, and the memory in which each worker asks it.
    private let teacher: (scorer: SequenceScorer, tapes: [Tape])?
    /// The other ranks of the training; `nil` where there are none.
    private let ranks: SequenceTrainingRanks?

    /// The weights with the best validation so far.
    private(set) var best: SequenceNetwork
    private var progress = Progress()

    /// What a resumed run has to know beside weights and moments.
    private struct Progress: Codable {
        var epoch = 0
        var step = 0
        var steps = 0
        var loss = 0.0
        var targets = 0
        var seconds = 0.0
        var bestEpoch = 0
        var bestValidation = -1.0
        var records: [EpochRecord] = []
        /// Whether there was a teacher; older runs had none.
        var isTaught: Bool?
    }

    init(
        _ configuration: SequenceTransformer.Configuration,
        shape: SequenceTransformer.Shape,
        data: TrainingData,
        teacher: SequenceScorer? = nil,
        session: TrainingSession
    ) {
        self.teacher = teacher.map { (scorer: $0, tapes: (0..<session.pool.threads).map { _ in Tape() }) }
        progress.isTaught = teacher == nil ? nil : true
        self.configuration = configuration
        self.shape = shape
        self.data = data
        self.session = session
        propensities = configuration.slate > 0 ? data.propensities : []
        let network = SequenceNetwork(configuration, shape: shape, seed: session.seed)
        anchors = ContentAnchors(data, configuration)
        anchors?.place(network.itemTable)
        best = SequenceNetwork(configuration, shape: shape, seed: session.seed)
        best.parameters.assign(from: network.parameters)
        let average =
            configuration.averaging > 0
            ? WeightAverage(of: network.parameters, decay: configuration.averaging, over: .training) : nil
        training = SequenceTraining(network, configuration, shape, average: average, session.pool)
        sampler = NegativeSampler(data.histories, itemCount: shape.items)
        ranks = SequenceTrainingRanks(session.parallel, training)
    }

    /// Trains until the last epoch, the time limit or the end of patience.
    mutating func run() throws {
        try ranks?.checkAgreement(on: description)
        if let resumed = try ranks?.share(session.resumed) ?? session.resumed { try restore(resumed) }
        while progress.epoch < configuration.epochs, !isOutOfPatience, !isOutOfTime {
            try runEpoch()
            try session.saveCheckpoint?(checkpoint())
        }
        if progress.bestEpoch == 0 { training.copyServed(into: best.parameters) }
    }

    /// Whose vectors the items were held near, where others of its kind can come; `nil` otherwise.
    var encoder: String? { anchors == nil ? nil : data.content.flatMap { $0.isProjected ? $0.encoder : nil } }

    /// What the optimizer remembers of past gradients.
    var moments: AdamMoments { training.optimizer.moments }

    /// With few users an epoch has few steps, so training also continues until the average has seen as many steps as it
    /// remembers: before that the validated weights lag behind what was learned.
    private var isOutOfPatience: Bool {
        let epochs = progress.epoch - progress.bestEpoch
        guard !data.validation.isEmpty, epochs >= configuration.patience else { return false }
        let steps = progress.steps * epochs / max(progress.epoch, 1)
        return training.average == nil || Float(steps) * (1 - configuration.averaging) >= 1
    }

    private var isOutOfTime: Bool {
        let seconds = ranks?.agreed.seconds ?? progress.seconds
        return configuration.minutes > 0 && seconds >= configuration.minutes * 60
    }

    /// Other ranks have to stop after the same step.
    private var isCancelled: Bool { ranks.map { $0.agreed.cancelled > 0 } ?? session.isCancelled() }

    private mutating func runEpoch() throws {
        let windows = EpochWindows(data.histories, configuration, seed: session.seed, epoch: progress.epoch)
        let batches = windows.batches(of: configuration.batchSize)
        let total = batches.count * configuration.epochs
        // Of a long log an epoch alone may take longer than there is time.
        while progress.step < batches.count, !isOutOfTime {
            if isCancelled {
                try meet()
                try session.saveCheckpoint?(checkpoint())
                throw TrainingSession.stopped
            }
            let start = ContinuousClock.now
            try step(batches[progress.step], total: total)
            progress.seconds += start.duration(to: .now) / .seconds(1)
            progress.step += 1
            report(batches.count)
        }
        try meet()
        try finishEpoch(batches.count)
    }

    /// Next batch, forward, loss, backward, update.
    private mutating func step(_ batch: ArraySlice<SequenceWindow>, total: Int) throws {
        let share = ranks?.share(of: batch) ?? batch
        let targets = share.reduce(0) { $0 + $1.targets }
        // The gradient is the mean over all whose gradients are summed.
        let summed = ranks?.isLocal == false ? batch.reduce(0) { $0 + $1.targets } : targets
        training.accumulate(
            share,
            of: data.histories,
            for: objective(targets: summed),
            sampler: sampler,
            seed: session.seed,
            step: progress.steps
        )
        let schedule = LearningRateSchedule(
            peak: configuration.learningRate,
            warmUpSteps: configuration.warmUpSteps,
            decay: configuration.learningRateDecay
        )
        let gradients = training.mergedGradients()
        var done = SequenceTrainingRanks.Figures(loss: training.takeLoss(), targets: Double(targets))
        if let ranks {
            (done.cancelled, done.seconds) = (session.isCancelled() ? 1 : 0, progress.seconds)
            done = try ranks.sum(gradients, done)
        }
        training.step(gradients, rate: schedule.rate(at: progress.steps, of: total)) { table, _ in
            anchors?.hold(table, on: session.pool)
        }
        progress.steps += 1
        if let ranks { done.add(try ranks.didStep(progress.steps)) }
        count(done)
    }

    /// Brings all ranks to the same state, which is then that of the training.
    private mutating func meet() throws {
        if let ranks { count(try ranks.meet(training, at: progress.steps)) }
    }

    private mutating func count(_ done: SequenceTrainingRanks.Figures) {
        progress.loss += done.loss
        progress.targets += Int(done.targets)
    }

    /// What all ranks of a training have in common.
    private var description: String {
        let settings = String(decoding: SnapshotJSON.encode(configuration), as: UTF8.self)
        let held = "validation \(data.validation.count), propensities \(propensities.reduce(0, +))"
        let weights = training.network.parameters.parameters.reduce(UInt32(0)) {
            Checksum.crc32(UnsafeRawBufferPointer($1.values), after: $0)
        }
        let data = "seed \(session.seed), events \(data.fingerprint), \(held), \(shape)"
        return "\(data), weights \(weights), teacher \(teacher != nil), settings \(settings)"
    }

    /// What each worker learns a batch for, by the number of its targets.
    private func objective(targets: Int) -> (Int) -> SequenceTrainingWorker.Objective {
        let scale = 1 / Float(max(targets, 1))
        let share = teacher == nil ? 0 : configuration.distillation
        return { [teacher, propensities] worker in
            var objective = SequenceTrainingWorker.Objective(scale: scale * (1 - share), propensities: propensities)
            if let teacher, share > 0 {
                let scorer = teacher.scorer
                objective.teacher = (scorer.network, teacher.tapes[worker], scorer.itemCount, scale * share)
            }
            return objective
        }
    }

    private mutating func finishEpoch(_ batches: Int) throws {
        progress.epoch += 1
        var record = EpochRecord(
            epoch: progress.epoch,
            loss: progress.loss / Double(max(progress.targets, 1)),
            seconds: progress.seconds - progress.records.reduce(0) { $0 + $1.seconds }
        )
        if !data.validation.isEmpty {
            let scorer = SequenceScorer(configuration, shape) { training.copyServed(into: $0) }
            let places =
                try ranks?.places(by: scorer, on: data)
                ?? LeaveOneOutValidation.ranks(of: data.validation[...], by: scorer, on: data, pool: session.pool)
            record.validation = LeaveOneOutValidation(ranks: places).ndcg
        }
        if let validation = record.validation, validation > progress.bestValidation {
            progress.bestValidation = validation
            progress.bestEpoch = progress.epoch
            training.copyServed(into: best.parameters)
        }
        progress.records.append(record)
        (progress.step, progress.loss, progress.targets) = (0, 0, 0)
        report(batches, finished: record)
    }

    private func report(_ batches: Int, finished: EpochRecord? = nil) {
        session.report(
            TrainingProgress(
                phase: "epoch \(min(progress.epoch + (finished == nil ? 1 : 0), configuration.epochs))",
                completed: progress.epoch * batches + progress.step,
                total: configuration.epochs * batches,
                loss: finished?.loss ?? progress.loss / Double(max(progress.targets, 1)),
                validation: progress.records.last?.validation,
                finishedEpoch: finished
            )
        )
    }
}

// MARK: - Resuming

extension SequenceTrainer {
    private func checkpoint() throws -> Checkpoint {
        var arrays = training.network.parameters.arrays(prefix: "current.")
        arrays.merge(best.parameters.arrays(prefix: "best.")) { first, _ in first }
        arrays.merge(training.average?.arrays(prefix: "average") ?? [:]) { first, _ in first }
        arrays.merge(training.optimizer.state()) { first, _ in first }
        arrays.merge(ranks?.arrays ?? [:]) { first, _ in first }
        arrays["shape"] = shape.array
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return Checkpoint(
            arrays: arrays,
            metadata: [
                "progress": String(decoding: try encoder.encode(progress), as: UTF8.self),
                "configuration": String(decoding: try encoder.encode(configuration), as: UTF8.self),
                "seed": String(session.seed),
            ]
        )
    }

    private mutating func restore(_ checkpoint: Checkpoint) throws {
        guard let text = checkpoint.metadata["progress"],
            let saved = try? JSONDecoder().decode(Progress.self, from: Data(text.utf8)),
            checkpoint.metadata["seed"] == String(session.seed),
            try SequenceTransformer.Shape(checkpoint) == shape, saved.isTaught == progress.isTaught
        else {
            throw FreshetError(
                .invalidData,
                "The training checkpoint belongs to another run: data, seed, teacher or format differ.",
                remedy: "Resume with the same data, --seed and --distil-from, or train anew without --resume."
            )
        }
        try training.network.parameters.restore(checkpoint, prefix: "current.")
        try best.parameters.restore(checkpoint, prefix: "best.")
        try training.average?.restore(checkpoint, prefix: "average", steps: saved.steps)
        try training.optimizer.restore(checkpoint)
        try ranks?.restore(checkpoint, seconds: saved.seconds)
        progress = saved
        for record in progress.records {
            var finished = TrainingProgress(phase: "resumed", completed: record.epoch, total: configuration.epochs)
            finished.loss = record.loss
            finished.validation = record.validation
            finished.finishedEpoch = record
            session.report(finished)
        }
    }
}
