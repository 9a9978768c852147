import FreshetCore
import FreshetTensor

/// Tunes an encoder again and again on what belongs together lately: low-rank adapters of its queries and values, each time
/// held near those that proved themselves last (a proximal term), so that a few recent events move it a little and not away.
public enum EncoderTuning {
    /// The settings.
    public struct Settings: Sendable, Equatable, Codable {
        /// How many of the newest pairs are learned from at most.
        public var pairs = 4_000
        /// With fewer pairs there is nothing to learn.
        public var leastPairs = 200
        /// How often each pair is seen.
        public var epochs = 1
        /// How many pairs make a step: each is told from the others.
        public var batchSize = 64
        /// The highest rate of learning.
        public var learningRate = 5e-4
        /// The rank of the adapters.
        public var rank = 8
        /// How firmly they are held.
        public var hold = 0.05
        /// Creates the defaults.
        public init() {}

        /// Checks ranges.
        /// - Throws: `FreshetError` of kind `usage` that names the setting.
        public func validate() throws {
            try SettingRange.check("pairs", pairs, in: 2...10_000_000)
            try SettingRange.check("least_pairs", leastPairs, in: 2...10_000_000)
            try SettingRange.check("epochs", epochs, in: 1...1000)
            try SettingRange.check("batch_size", batchSize, in: 2...100_000)
            try SettingRange.check("learning_rate", learningRate, in: 1e-8...1)
            try SettingRange.check("rank", rank, in: 1...1024)
            try SettingRange.check("hold", hold, in: 0...1e6)
        }

        /// What of an encoder learns.
        var method: TuningMethod {
            var shape = LowRankSettings()
            (shape.rank, shape.alpha, shape.matrices) = (rank, Float(2 * rank), [.query, .value])
            return .lowRank(shape)
        }
    }

    /// Whether an encoder can be tuned so: one in bytes cannot.
    public static func isTunable(_ encoder: TextEncoder) -> Bool { encoder.model.precision == .float32 }

    /// Tunes adapters.
    ///
    /// - Parameters:
    ///   - base: the encoder that they stand beside.
    ///   - start: those that proved themselves last; fresh ones where there are none, or theirs have another shape.
    ///   - texts: the texts.
    ///   - pairs: the numbers of texts that belong together, the newest last.
    ///   - settings: the settings.
    ///   - seed: the seed of everything random.
    ///   - pool: the threads.
    ///   - isCancelled: asked before every step.
    ///   - report: called with the share that is done.
    /// - Returns: the adapters, and how the training went.
    /// - Throws: `FreshetError`, of kind `cancelled` where it was stopped, of kind `invalidData` for too few pairs.
    public static func tune(
        _ base: TextEncoder,
        from start: EncoderAdapters?,
        texts: [String],
        pairs: [(Int32, Int32)],
        _ settings: Settings,
        seed: UInt64,
        pool: ThreadPool,
        isCancelled: @escaping @Sendable () -> Bool = { false },
        report: @escaping @Sendable (Double) -> Void = { _ in }
    ) throws -> (adapters: EncoderAdapters, outcome: TextTraining.Outcome) {
        try settings.validate()
        let newest = pairs.suffix(settings.pairs)
        guard newest.count >= settings.leastPairs else {
            throw FreshetError(
                .invalidData,
                "\(newest.count) pairs of texts are too few to tune an encoder on: it takes \(settings.leastPairs)."
            )
        }
        var training = TextTraining(
            TextTraining.Settings(
                epochs: settings.epochs,
                batchSize: settings.batchSize,
                learningRate: Float(settings.learningRate),
                // Toward zero is not toward what proved itself.
                weightDecay: 0
            ),
            seed: seed,
            pool: pool
        )
        training.isCancelled = isCancelled
        training.report = { report(Double($0.step) / Double($0.steps)) }
        let method = settings.method
        let isOfShape = start.map { .lowRank($0.settings) == method } ?? false
        let (tuned, outcome) = try PairTuning.train(
            base,
            method,
            from: isOfShape ? start : nil,
            hold: Float(settings.hold),
            texts: texts,
            pairs: Array(newest),
            training
        )
        guard let adapters = EncoderAdapters(of: tuned) else { preconditionFailure("tuned without adapters") }
        return (adapters, outcome)
    }
}
