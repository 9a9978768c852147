import FreshetTensor

extension SequenceUpdater: EpochTrainer {
    /// Makes one step.
    ///
    /// - Parameters:
    ///   - lesson: what it learns from.
    ///   - rate: the learning rate.
    /// - Returns: the mean loss of the new targets.
    @discardableResult
    public func step(_ lesson: Lesson, rate: Float) -> Double { step(lesson, rate: rate, isChosen: { _ in true }) }
}

extension SequenceTransformer: EpochModel {
    /// The settings for short sessions, chosen on ADER's first cycles.
    public static var sessionConfiguration: Configuration {
        var model = Configuration()
        model.channels = 128
        model.heads = 4
        model.maximumLength = 50
        model.relativePositions = 50
        model.dropout = 0.5
        model.loss = .sampledSoftmax
        model.negatives = 4096
        model.averaging = 0.99
        // The moments outlive a cycle and have to remember more than one.
        model.beta2 = 0.999
        return model
    }

    /// Both kinds of dropout.
    public static var regularizers: [String] { ["dropout", "attentionDropout"] }

    /// An updater, with the moments of the one before.
    public static func makeEpochTrainer(
        from scorer: (any Scorer)?,
        after previous: (any EpochTrainer)?,
        configuration: Configuration,
        itemCount: Int,
        seed: UInt64,
        pool: ThreadPool
    ) throws -> any EpochTrainer {
        guard let scorer else {
            return SequenceUpdater(
                configuration: configuration,
                itemCount: itemCount,
                typeCount: 1,
                hasTimes: false,
                seed: seed,
                pool: pool
            )
        }
        let next = try SequenceUpdater(scorer, seed: seed, pool: pool)
        next.keepTeacher()
        next.grow(toItems: itemCount)
        if let previous = previous as? SequenceUpdater { next.takeMoments(of: previous) }
        return next
    }
}
