import CFreshetKernels
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
    private let network: SequenceNetwork
    private let optimizer: AdamW
    private let average: SequenceNetwork?
    private let workers: [SequenceTrainingWorker]
    private let sampler: NegativeSampler
    private let anchors: ContentAnchors?

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
    }

    init(
        _ configuration: SequenceTransformer.Configuration,
        shape: SequenceTransformer.Shape,
        data: TrainingData,
        session: TrainingSession
    ) {
        self.configuration = configuration
        self.shape = shape
        self.data = data
        self.session = session
        let network = SequenceNetwork(configuration, shape: shape, seed: session.seed)
        anchors = ContentAnchors(data, configuration)
        anchors?.place(network.itemTable)
        self.network = network
        optimizer = AdamW(network.parameters, beta2: configuration.beta2, weightDecay: configuration.weightDecay)
        func copy() -> SequenceNetwork {
            let copy = SequenceNetwork(configuration, shape: shape, seed: session.seed)
            copy.parameters.assign(from: network.parameters)
            return copy
        }
        average = configuration.averaging > 0 ? copy() : nil
        best = copy()
        let sampler = NegativeSampler(data.histories, itemCount: shape.items)
        self.sampler = sampler
        workers = (0..<session.pool.threads).map { _ in
            SequenceTrainingWorker(network, configuration, shape)
        }
    }

    /// Trains until the last epoch, the time limit or the end of patience.
    mutating func run() throws {
        if let resumed = session.resumed { try restore(resumed) }
        while progress.epoch < configuration.epochs, !isOutOfPatience, !isOutOfTime {
            try runEpoch()
            try session.saveCheckpoint?(checkpoint())
        }
        if progress.bestEpoch == 0 { best.parameters.assign(from: served.parameters) }
    }

    /// What the optimizer remembers of past gradients.
    var moments: AdamMoments { optimizer.moments }

    /// The weights that are validated and served.
    private var served: SequenceNetwork { average ?? network }

    /// Few users make short epochs: as many of them as the average remembers steps have to pass as well, or a training
    /// would end before what it learned is seen in what is validated.
    private var isOutOfPatience: Bool {
        let epochs = progress.epoch - progress.bestEpoch
        guard !data.validation.isEmpty, epochs >= configuration.patience else { return false }
        let steps = progress.steps * epochs / max(progress.epoch, 1)
        return average == nil || Float(steps) * (1 - configuration.averaging) >= 1
    }

    private var isOutOfTime: Bool { configuration.minutes > 0 && progress.seconds >= configuration.minutes * 60 }

    private mutating func runEpoch() throws {
        let windows = EpochWindows(data.histories, configuration, seed: session.seed, epoch: progress.epoch)
        let batches = windows.batches(of: configuration.batchSize)
        let total = batches.count * configuration.epochs
        // Of a long log an epoch alone may take longer than there is time.
        while progress.step < batches.count, !isOutOfTime {
            if session.isCancelled() {
                try session.saveCheckpoint?(checkpoint())
                try session.checkCancellation()
            }
            let start = ContinuousClock.now
            step(batches[progress.step], total: total)
            progress.seconds += start.duration(to: .now) / .seconds(1)
            progress.step += 1
            report(batches.count)
        }
        finishEpoch(batches.count)
    }

    /// Next batch, forward, loss, backward, update.
    private mutating func step(_ batch: ArraySlice<SequenceWindow>, total: Int) {
        let targets = batch.reduce(0) { $0 + $1.targets }
        let shares = SequenceWindow.shares(of: batch, workers: workers.count)
        let (seed, step) = (session.seed, progress.steps)
        session.pool.forEachWorker { worker in
            workers[worker].accumulate(
                shares[worker],
                of: data.histories,
                for: .init(scale: 1 / Float(max(targets, 1))),
                sampler: sampler,
                seed: seed,
                step: step
            )
        }
        let gradients = workers.map(\.gradients)
        Gradients.merge(gradients, pool: session.pool)
        let schedule = LearningRateSchedule(
            peak: configuration.learningRate,
            warmUpSteps: configuration.warmUpSteps,
            decay: configuration.learningRateDecay
        )
        optimizer.step(
            gradients[0],
            rate: schedule.rate(at: step, of: total),
            gradientScale: clippingScale(gradients[0]),
            pool: session.pool
        )
        for gradient in gradients { gradient.reset() }
        anchors?.hold(network.itemTable, on: session.pool)
        updateAverage()
        progress.loss += workers.reduce(0) { $0 + $1.takeLoss() }
        progress.targets += targets
        progress.steps += 1
    }

    private func clippingScale(_ gradients: Gradients) -> Float {
        guard configuration.gradientClipping > 0 else { return 1 }
        let norm = Float(gradients.squaredNorm().squareRoot())
        return norm > configuration.gradientClipping ? configuration.gradientClipping / norm : 1
    }

    /// The running average, with a shorter memory at the start (as in Polyak averaging with warm-up).
    private func updateAverage() {
        guard let average else { return }
        let decay = min(configuration.averaging, Float(1 + progress.steps) / Float(10 + progress.steps))
        for (slow, fast) in zip(average.parameters.parameters, network.parameters.parameters) {
            session.pool.forEachRange(slow.count, grain: 1 << 15) { range, _ in
                let target = slow.pointer + range.lowerBound
                freshet_scale(target, decay, range.count)
                freshet_axpy(target, fast.pointer + range.lowerBound, 1 - decay, range.count)
            }
        }
    }

    private mutating func finishEpoch(_ batches: Int) {
        progress.epoch += 1
        var record = EpochRecord(
            epoch: progress.epoch,
            loss: progress.loss / Double(max(progress.targets, 1)),
            seconds: progress.seconds - progress.records.reduce(0) { $0 + $1.seconds }
        )
        if !data.validation.isEmpty {
            let scorer = SequenceScorer(served, configuration, shape)
            record.validation = LeaveOneOutValidation(of: scorer, on: data, pool: session.pool).ndcg
        }
        if let validation = record.validation, validation > progress.bestValidation {
            progress.bestValidation = validation
            progress.bestEpoch = progress.epoch
            best.parameters.assign(from: served.parameters)
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
        var arrays = network.parameters.arrays(prefix: "current.")
        arrays.merge(best.parameters.arrays(prefix: "best.")) { first, _ in first }
        if let average { arrays.merge(average.parameters.arrays(prefix: "average.")) { first, _ in first } }
        arrays.merge(optimizer.state()) { first, _ in first }
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
            try SequenceTransformer.Shape(checkpoint) == shape
        else {
            throw FreshetError(
                .invalidData,
                "The training checkpoint belongs to another run: data, seed or format differ.",
                remedy: "Resume with the same data and --seed, or train anew without --resume."
            )
        }
        try network.parameters.restore(checkpoint, prefix: "current.")
        try best.parameters.restore(checkpoint, prefix: "best.")
        try average?.parameters.restore(checkpoint, prefix: "average.")
        try optimizer.restore(checkpoint)
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
