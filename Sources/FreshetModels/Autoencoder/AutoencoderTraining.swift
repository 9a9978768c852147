import FreshetData
import FreshetNN
import FreshetTensor

/// The training of an ``Autoencoder``: batches of users, shared among workers.
struct AutoencoderTraining {
    private let configuration: Autoencoder.Configuration
    private let data: TrainingData
    private let session: TrainingSession
    private let choices: SparseRows
    /// The users who chose something.
    private let users: [Int]
    private let network: AutoencoderNetwork
    private let optimizer: AdamW
    private let workers: [AutoencoderWorker]

    init(_ configuration: Autoencoder.Configuration, data: TrainingData, session: TrainingSession) {
        (self.configuration, self.data, self.session) = (configuration, data, session)
        let choices = SparseRows(
            interactions: data.histories,
            itemCount: data.itemCount,
            weight: .binary,
            pool: session.pool
        )
        self.choices = choices
        users = (0..<choices.rowCount).filter { choices.offsets[$0 + 1] > choices.offsets[$0] }
        let network = AutoencoderNetwork(configuration, itemCount: data.itemCount, seed: session.seed)
        self.network = network
        optimizer = AdamW(network.parameters, weightDecay: configuration.weightDecay)
        workers = (0..<session.pool.threads).map { _ in AutoencoderWorker(network, dropout: configuration.dropout) }
    }

    /// Trains, and gives the network with the best validation.
    func run() throws -> AutoencoderNetwork {
        let best = AutoencoderNetwork(configuration, itemCount: data.itemCount, seed: nil)
        let batches = (users.count + configuration.batchSize - 1) / configuration.batchSize
        var order = users
        let loop = EpochLoop(
            epochs: configuration.epochs,
            patience: configuration.patience,
            data: data,
            session: session
        )
        try loop.run(
            learning: network.parameters,
            keeping: best.parameters,
            steps: batches,
            scorer: { AutoencoderScorer(network, query: configuration.query) },
            step: { epoch, step in
                if step == 0 {
                    var random = RandomSource.stream(seed: session.seed, 0xAE, UInt64(epoch))
                    order = users.shuffled(using: &random)
                }
                let start = step * configuration.batchSize
                let batch = order[start..<min(start + configuration.batchSize, order.count)]
                return (learn(batch, step: epoch * batches + step, of: batches), batch.count)
            }
        )
        return best
    }

    /// One step; gives the sum of the users' losses.
    private func learn(_ batch: ArraySlice<Int>, step: Int, of batches: Int) -> Double {
        let rise = configuration.annealingEpochs * batches
        let divergence = configuration.divergence * (step < rise ? Float(step) / Float(rise) : 1)
        let share = (batch.count + workers.count - 1) / workers.count
        session.pool.forEachWorker { index in
            let start = min(batch.startIndex + index * share, batch.endIndex)
            workers[index].accumulate(
                batch[start..<min(start + share, batch.endIndex)],
                of: choices,
                scale: 1 / Float(batch.count),
                divergence: divergence,
                random: RandomSource.stream(seed: session.seed, 0xAE1, UInt64(step), UInt64(index))
            )
        }
        let gradients = workers.map(\.gradients)
        Gradients.merge(gradients, pool: session.pool)
        optimizer.step(gradients[0], rate: configuration.learningRate, gradientScale: 1, pool: session.pool)
        for gradient in gradients { gradient.reset() }
        return workers.reduce(0) { $0 + $1.takeLoss() }
    }
}

/// One thread's part of the steps.
///
/// `@unchecked Sendable`: a worker belongs to one thread of the pool at a time, and is read between steps only.
private final class AutoencoderWorker: @unchecked Sendable {
    let gradients: Gradients
    private let network: AutoencoderNetwork
    private let dropout: Float
    private let tape: Tape
    private let input = ChoiceBatch()
    private let chosen = IndexBuffer()
    private var offsets: [Int] = []
    private var loss = 0.0

    init(_ network: AutoencoderNetwork, dropout: Float) {
        self.network = network
        self.dropout = dropout
        gradients = Gradients(for: network.parameters)
        tape = Tape(recordingInto: gradients)
    }

    /// The loss since the last call, summed over users.
    func takeLoss() -> Double {
        defer { loss = 0 }
        return loss
    }

    /// Adds the gradients of some users.
    func accumulate(
        _ users: ArraySlice<Int>,
        of choices: SparseRows,
        scale: Float,
        divergence: Float,
        random: RandomSource
    ) {
        guard !users.isEmpty else { return }
        var random = random
        pack(users, of: choices, &random)
        tape.dropoutKey = random.next()
        let (states, latent) = network(input, on: tape)
        loss += tape.multinomialLoss(
            states,
            table: network.output,
            bias: network.bias,
            chosen: chosen.indices,
            offsets: offsets,
            scale: scale
        )
        if let latent {
            loss +=
                Double(divergence)
                * tape.gaussianDivergence(latent.mean, logVariance: latent.logVariance, scale: scale * divergence)
        }
        tape.backward()
        tape.reset()
    }

    /// Everything that the users chose is to be told, from what the dropout leaves.
    private func pack(_ users: ArraySlice<Int>, of choices: SparseRows, _ random: inout RandomSource) {
        input.removeAll()
        chosen.removeAll()
        offsets.removeAll(keepingCapacity: true)
        offsets.append(0)
        for user in users {
            let range = choices.offsets[user]..<choices.offsets[user + 1]
            var kept = 0
            for place in range {
                chosen.append(choices.columns[place])
                guard dropout == 0 || random.uniform() >= dropout else { continue }
                input.add(choices.columns[place], weight: 1)
                kept += 1
            }
            // As if the row had had length 1 before the dropout, which scales up what stays (Srivastava and others, 2014).
            let factor = (Float(kept) / Float(range.count)).squareRoot() / (1 - dropout)
            input.end(itemCount: network.itemCount, factor: factor)
            offsets.append(chosen.count)
        }
    }
}
