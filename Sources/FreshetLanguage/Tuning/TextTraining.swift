import FreshetCore
import FreshetNN
import FreshetTensor

/// The training of a network that reads texts, whatever for: batches in a new order each epoch, shared among the threads,
/// AdamW with a rate that rises and falls, clipping.
///
/// A worker packs its share into passes without padding and adds their gradients up, so a batch of any size takes the memory
/// of a pass (gradient accumulation). The same seed and number of threads give the same weights.
public struct TextTraining: Sendable {
    /// The settings of a training.
    public struct Settings: Sendable, Equatable, Codable {
        /// How often every example is seen.
        public var epochs: Int
        /// How many examples make a step.
        public var batchSize: Int
        /// The highest rate of learning.
        public var learningRate: Float
        /// In which share of the steps the rate rises; in the others it falls on a straight line to zero.
        public var warmUp: Float
        /// How fast matrices shrink (AdamW).
        public var weightDecay: Float
        /// The largest norm of a step's gradients; 0 for any.
        public var clipping: Float
        /// The share of the vectors' numbers that is dropped before what stands on them.
        public var dropout: Float
        /// The share of a text's tokens that is left out each time it is seen.
        public var wordDeletion: Float = 0
        /// The share of a text's tokens that is hidden each time it is seen.
        public var wordDropout: Float = 0
        /// How the vectors of the tokens are moved against what is learned; not at all unless given.
        public var adversary: AdversarialSettings?
        /// Whether layers are computed again on the way back instead of being kept: less memory, a third more work.
        public var recomputes = false

        /// Creates settings.
        public init(
            epochs: Int,
            batchSize: Int = 32,
            learningRate: Float,
            warmUp: Float = 0.1,
            weightDecay: Float = 0.01,
            clipping: Float = 1,
            dropout: Float = 0.1
        ) {
            (self.epochs, self.batchSize, self.learningRate) = (epochs, batchSize, learningRate)
            (self.warmUp, self.weightDecay, self.clipping) = (warmUp, weightDecay, clipping)
            self.dropout = dropout
        }

        /// What suits a way of tuning.
        public init(for method: TuningMethod) {
            switch method {
            case .none: self.init(epochs: 40, batchSize: 64, learningRate: 5e-3)
            case .last: self.init(epochs: 8, learningRate: 3e-4)
            case .all: self.init(epochs: 8, learningRate: 2e-4)
            case .lowRank, .adaptiveLowRank: self.init(epochs: 10, learningRate: 2e-3)
            case .bottleneck: self.init(epochs: 10, learningRate: 1e-3)
            case .prompt: self.init(epochs: 20, learningRate: 1e-2)
            }
        }

        /// Checks ranges.
        /// - Throws: `FreshetError` of kind `usage` that names the setting.
        public func validate() throws {
            let checks: [(String, Bool)] = [
                ("The number of epochs", 1...10_000 ~= epochs),
                ("The batch size", 1...1_000_000 ~= batchSize),
                ("The learning rate", learningRate > 0 && learningRate <= 1),
                ("The warm-up", 0...1 ~= warmUp),
                ("The weight decay", 0...1 ~= weightDecay),
                ("The clipping", clipping >= 0 && clipping.isFinite),
                ("The dropout", 0..<1 ~= dropout),
                ("The share of words that are left out", 0..<1 ~= wordDeletion),
                ("The share of words that are hidden", 0..<1 ~= wordDropout),
                ("How far or how often vectors are moved", adversary?.isInRange ?? true),
            ]
            if let (name, _) = checks.first(where: { !$0.1 }) {
                throw FreshetError(.usage, "\(name) is out of range.")
            }
        }
    }

    /// How far a training is.
    public struct Progress: Sendable, Equatable {
        /// The epoch, from 1.
        public var epoch: Int
        /// Steps done, of all epochs.
        public var step: Int
        /// Steps in all.
        public var steps: Int
        /// The mean loss of the epoch so far.
        public var loss: Double
        /// How long the steps of the epoch took so far.
        public var epochSeconds: Double
        /// Whether it is the last of its epoch.
        public var endsEpoch: Bool
    }

    /// What a training took.
    public struct Outcome: Sendable, Equatable {
        /// The mean loss of each epoch.
        public var losses: [Double] = []
        /// How long the steps took.
        public var seconds = 0.0
        /// How much was read, in the unit of the examples' costs: tokens.
        public var cost = 0
        /// The scratch memory of all passes, in bytes.
        public var scratchBytes = 0
        /// How many ranks each adapter has in the end, where they were shared out.
        public var ranks: [String: Int] = [:]
    }

    /// The settings.
    public let settings: Settings
    /// The seed of everything random.
    public let seed: UInt64
    /// The threads.
    public let pool: ThreadPool
    /// Called after every step.
    public var report: @Sendable (Progress) -> Void = { _ in }
    /// Asked before every step; `true` ends the training with a `cancelled` error.
    public var isCancelled: @Sendable () -> Bool = { false }

    /// Creates a training.
    public init(_ settings: Settings, seed: UInt64, pool: ThreadPool) {
        (self.settings, self.seed, self.pool) = (settings, seed, pool)
    }

    /// Trains.
    ///
    /// - Parameters:
    ///   - parameters: what learns.
    ///   - workers: one a thread.
    ///   - costs: what reading each example costs, in tokens.
    ///   - allocation: shares the ranks of adapters out, if anything does.
    /// - Returns: the losses and the time.
    /// - Throws: `FreshetError` of kind `cancelled`.
    package func run(
        _ parameters: ParameterSet,
        workers: [any TextTrainingWorker],
        costs: [Int],
        sharing allocation: RankAllocation? = nil
    ) throws -> Outcome {
        precondition(workers.count == pool.threads && !costs.isEmpty, "\(workers.count) workers, \(costs.count) texts")
        let optimizer = AdamW(parameters, weightDecay: settings.weightDecay)
        let batches = (costs.count + settings.batchSize - 1) / settings.batchSize
        let steps = batches * settings.epochs
        let schedule = LearningRateSchedule(
            peak: settings.learningRate,
            warmUpSteps: Int(settings.warmUp * Float(steps)),
            decay: .linear
        )
        var outcome = Outcome()
        for epoch in 0..<settings.epochs {
            var random = RandomSource.stream(seed: seed, 21, UInt64(epoch))
            let order = costs.indices.shuffled(using: &random)
            var (loss, seen) = (0.0, 0)
            let earlier = outcome.seconds
            for batch in 0..<batches {
                if isCancelled() { throw FreshetError(.cancelled, "Training was stopped.") }
                let start = ContinuousClock.now
                let step = epoch * batches + batch
                let first = batch * settings.batchSize
                let examples = order[first..<min(first + settings.batchSize, order.count)]
                loss += accumulate(examples, workers, costs, step: step)
                update(optimizer, workers, allocation, step: step, of: steps, rate: schedule.rate(at: step, of: steps))
                seen += examples.count
                outcome.cost += examples.reduce(0) { $0 + costs[$1] }
                outcome.seconds += start.duration(to: .now) / .seconds(1)
                report(
                    Progress(
                        epoch: epoch + 1,
                        step: step + 1,
                        steps: steps,
                        loss: loss / Double(seen),
                        epochSeconds: outcome.seconds - earlier,
                        endsEpoch: batch == batches - 1
                    )
                )
            }
            outcome.losses.append(loss / Double(seen))
        }
        outcome.scratchBytes = workers.reduce(0) { $0 + $1.scratchBytes }
        outcome.ranks = allocation?.ranks ?? [:]
        return outcome
    }

    /// Adds the gradients of a batch; returns the sum of its losses.
    private func accumulate(
        _ examples: ArraySlice<Int>,
        _ workers: [any TextTrainingWorker],
        _ costs: [Int],
        step: Int
    ) -> Double {
        let shares = Self.shares(of: examples, costs, workers: workers.count)
        let losses = GrowingBuffer<Double>(count: workers.count)
        let scale = 1 / Float(examples.count)
        pool.forEachWorker { worker in
            guard !shares[worker].isEmpty else { return }
            var random = RandomSource.stream(seed: seed, 22, UInt64(step), UInt64(worker))
            losses.start[worker] = workers[worker].accumulate(shares[worker], scale: scale, key: random.next())
        }
        return losses.numbers.reduce(0, +)
    }

    private func update(
        _ optimizer: AdamW,
        _ workers: [any TextTrainingWorker],
        _ allocation: RankAllocation?,
        step: Int,
        of steps: Int,
        rate: Float
    ) {
        let gradients = workers.map(\.gradients)
        Gradients.merge(gradients, pool: pool)
        allocation?.addOrthogonality(to: gradients[0])
        let scale = gradients[0].clippingScale(to: settings.clipping)
        optimizer.step(gradients[0], rate: rate, gradientScale: scale, pool: pool)
        allocation?.finish(gradients[0], step: step, of: steps)
        for gradient in gradients { gradient.reset() }
    }

    /// Divides a batch by cost, the largest first, always to the least loaded: the same every time.
    private static func shares(of examples: ArraySlice<Int>, _ costs: [Int], workers: Int) -> [[Int]] {
        var shares = [[Int]](repeating: [], count: workers)
        var loads = [Int](repeating: 0, count: workers)
        for example in examples.sorted(by: { (costs[$0], $1) > (costs[$1], $0) }) {
            let worker = loads.indices.min { loads[$0] < loads[$1] } ?? 0
            shares[worker].append(example)
            loads[worker] += costs[example]
        }
        return shares
    }
}

/// One thread's part of a training.
package protocol TextTrainingWorker: AnyObject {
    /// The gradients of the step so far.
    var gradients: Gradients { get }
    /// How much scratch memory its passes have, in bytes.
    var scratchBytes: Int { get }

    /// Adds the gradients of some examples.
    ///
    /// - Parameters:
    ///   - examples: their numbers, those of like length one after another.
    ///   - scale: the weight of each.
    ///   - key: decides dropout.
    /// - Returns: the sum of their losses, unscaled.
    func accumulate(_ examples: [Int], scale: Float, key: UInt64) -> Double
}

/// How many tokens a pass in training has: enough for the products to run at full speed.
package let trainingPassTokens = 512
