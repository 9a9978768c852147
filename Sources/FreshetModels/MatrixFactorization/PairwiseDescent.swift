import CFreshetKernels
import Foundation
import FreshetCore
import FreshetData
import FreshetTensor

/// Bayesian personalized ranking: what a user chose before what they did not.
///
/// For a chosen item `i` and a drawn item `j` that was not chosen, one step up the gradient of
/// `ln σ(b_i - b_j + p_u · (q_i - q_j)) - λ/2 (…)²` (Rendle and others, 2009). Departs in going through every event once
/// an epoch instead of drawing them, and in drawing `j` from the sixteenth of the catalogue that shares the event's
/// block, which is dealt anew every epoch.
public struct PairwiseDescent {
    /// The settings.
    public struct Configuration: ModelConfiguration {
        /// How many times every event is gone through.
        public var epochs = 50
        /// The length of a step.
        public var learningRate = 0.05
        /// How strongly biases and vectors are pulled to zero.
        public var regularization = 0.01

        /// The defaults.
        public init() {}

        /// Checks ranges.
        public func validate() throws {
            try SettingRange.check("bpr.epochs", epochs, in: 1...10_000)
            try SettingRange.check("bpr.learningRate", learningRate, in: 1e-6...10)
            try SettingRange.check("bpr.regularization", regularization, in: 0...100)
        }
    }

    private let configuration: Configuration
    private let F: Int

    init(_ configuration: Configuration, factors: Int) {
        self.configuration = configuration
        F = factors
    }

    func fit(_ data: TrainingData, _ session: TrainingSession) throws -> Factors {
        let users = SparseRows(
            interactions: data.histories,
            itemCount: data.itemCount,
            weight: .binary,
            pool: session.pool
        )
        var random = RandomSource.stream(seed: session.seed, 0xB92)
        var factors = Factors(
            width: F,
            itemCount: data.itemCount,
            userCount: users.rowCount,
            deviation: 0.1 / Float(F).squareRoot(),
            random: &random
        )
        let events = (0..<users.rowCount).flatMap { user in
            users.columns[users.offsets[user]..<users.offsets[user + 1]].map {
                EventBlocks.Event(user: Int32(user), item: $0, value: 1)
            }
        }
        var blocks = EventBlocks(events, userCount: users.rowCount, itemCount: data.itemCount)
        let clock = ContinuousClock()
        for epoch in 1...configuration.epochs {
            try session.checkCancellation()
            let start = clock.now
            let loss = learn(&factors, &blocks, users, &random, session.pool) / Double(max(events.count, 1))
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
        factors.foldInScale = FoldIn.choices(of: factors).scale(for: factors, data.histories)
        return factors
    }

    private func learn(
        _ factors: inout Factors,
        _ blocks: inout EventBlocks,
        _ users: SparseRows,
        _ random: inout RandomSource,
        _ pool: ThreadPool
    ) -> Double {
        let rate = Float(configuration.learningRate)
        let decay = rate * Float(configuration.regularization)
        return factors.withPointers { p, q, _, biases in
            blocks.forEachBlock(&random, pool) { events, items, random in
                var loss = 0.0
                for event in events {
                    let (user, better) = (Int(event.user), Int(event.item))
                    guard let worse = Self.draw(from: items, notChosenBy: user, users, &random) else { continue }
                    let match = freshet_dot_difference(p + user * F, q + better * F, q + worse * F, F)
                    let lead: Float = biases[better] - biases[worse] + match
                    let step = rate / (1 + exp(lead))
                    loss += Double(max(0, -lead) + log1p(exp(-abs(lead))))
                    biases[better] += step - decay * biases[better]
                    biases[worse] -= step + decay * biases[worse]
                    freshet_pair_step(p + user * F, q + better * F, q + worse * F, step, decay, F)
                }
                return loss
            }
        }
    }

    /// An item of a group that a user did not choose; `nil` when a few draws found none.
    private static func draw(
        from items: ArraySlice<Int32>,
        notChosenBy user: Int,
        _ users: SparseRows,
        _ random: inout RandomSource
    ) -> Int? {
        for _ in 0..<10 {
            let item = items[items.startIndex + random.below(items.count)]
            var (low, high) = (users.offsets[user], users.offsets[user + 1])
            while low < high {
                let middle = (low + high) / 2
                if users.columns[middle] < item { low = middle + 1 } else { high = middle }
            }
            if low == users.offsets[user + 1] || users.columns[low] != item { return Int(item) }
        }
        return nil
    }
}
