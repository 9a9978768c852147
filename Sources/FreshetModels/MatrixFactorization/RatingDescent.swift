import CFreshetKernels
import FreshetCore
import FreshetData
import FreshetTensor

/// Matrix factorization of ratings by stochastic gradient descent.
///
/// The expected value is `mean + b_u + b_i + p_u · q_i`; each event takes a step against its squared error, with the
/// biases and vectors pulled to zero (Koren, Bell and Volinsky, 2009). Departs in the rate, which falls by a fixed share
/// every epoch.
public struct RatingDescent {
    /// The settings.
    public struct Configuration: ModelConfiguration {
        /// How many times every event is gone through.
        public var epochs = 30
        /// The length of the first epoch's steps.
        public var learningRate = 0.02
        /// What is left of the rate from one epoch to the next.
        public var learningRateDecay = 0.95
        /// How strongly biases and vectors are pulled to zero.
        public var regularization = 0.05

        /// The defaults.
        public init() {}

        /// Checks ranges.
        public func validate() throws {
            try SettingRange.check("sgd.epochs", epochs, in: 1...10_000)
            try SettingRange.check("sgd.learningRate", learningRate, in: 1e-6...1)
            try SettingRange.check("sgd.learningRateDecay", learningRateDecay, in: 0.1...1)
            try SettingRange.check("sgd.regularization", regularization, in: 0...100)
        }
    }

    private let configuration: Configuration
    private let F: Int

    init(_ configuration: Configuration, factors: Int) {
        self.configuration = configuration
        F = factors
    }

    func fit(_ data: TrainingData, _ session: TrainingSession) throws -> Factors {
        let events = Self.ratings(of: data.histories)
        guard !events.isEmpty else {
            throw FreshetError(
                .usage,
                "The trainer sgd learns ratings, but no event of the data has a value.",
                remedy: "Use the trainer als or bpr."
            )
        }
        var random = RandomSource.stream(seed: session.seed, 0x56D)
        var factors = Factors(
            width: F,
            itemCount: data.itemCount,
            userCount: data.histories.userCount,
            deviation: 0.1 / Float(F).squareRoot(),
            random: &random
        )
        factors.mean = Float(events.reduce(0.0) { $0 + Double($1.value) } / Double(events.count))
        var blocks = EventBlocks(events, userCount: factors.userCount, itemCount: factors.itemCount)
        var rate = Float(configuration.learningRate)
        let clock = ContinuousClock()
        for epoch in 1...configuration.epochs {
            try session.checkCancellation()
            let start = clock.now
            let sum = learn(&factors, &blocks, rate: rate, &random, session.pool)
            rate *= Float(configuration.learningRateDecay)
            let loss = sum / Double(events.count)
            let record = EpochRecord(epoch: epoch, loss: loss, seconds: (clock.now - start) / .seconds(1))
            session.report(
                TrainingProgress(
                    phase: "epoch",
                    completed: epoch,
                    total: configuration.epochs,
                    loss: loss,
                    finishedEpoch: record
                )
            )
        }
        return factors
    }

    private func learn(
        _ factors: inout Factors,
        _ blocks: inout EventBlocks,
        rate: Float,
        _ random: inout RandomSource,
        _ pool: ThreadPool
    ) -> Double {
        let mean = factors.mean
        let decay = rate * Float(configuration.regularization)
        return factors.withPointers { p, q, userBiases, itemBiases in
            blocks.forEachBlock(&random, pool) { events, _, _ in
                var loss = 0.0
                for event in events {
                    let (user, item) = (Int(event.user), Int(event.item))
                    let expected =
                        mean + userBiases[user] + itemBiases[item] + freshet_dot(p + user * F, q + item * F, F)
                    let error = event.value - expected
                    loss += Double(error * error)
                    userBiases[user] += rate * error - decay * userBiases[user]
                    itemBiases[item] += rate * error - decay * itemBiases[item]
                    freshet_rating_step(p + user * F, q + item * F, rate * error, decay, F)
                }
                return loss
            }
        }
    }

    private static func ratings(of histories: Histories) -> [EventBlocks.Event] {
        guard !histories.values.isEmpty else { return [] }
        return (0..<histories.userCount).flatMap { user in
            (histories.offsets[user]..<histories.offsets[user + 1])
                .filter { histories.values[$0].isFinite }
                .map {
                    EventBlocks.Event(
                        user: Int32(user),
                        item: histories.items[$0].rawValue,
                        value: histories.values[$0]
                    )
                }
        }
    }
}
