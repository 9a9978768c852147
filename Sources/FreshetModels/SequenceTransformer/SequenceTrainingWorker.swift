import Foundation
import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// One thread's part of a training step: it packs its windows into passes that fit the cache and sums their gradients.
final class SequenceTrainingWorker {
    /// The gradients of the step so far.
    let gradients: Gradients
    private let network: SequenceNetwork
    private let configuration: SequenceTransformer.Configuration
    private let sampler: NegativeSampler
    private let histories: Histories
    private let tape: Tape
    private let batch = PackedSequences()
    private let negatives = IndexBuffer()
    private var excluded: [Bool]
    private var loss = 0.0

    /// Events a pass: enough for the products to run at full speed, few enough for the activations to stay in the cache.
    private static let packedEvents = 512

    init(
        _ network: SequenceNetwork,
        _ configuration: SequenceTransformer.Configuration,
        sampler: NegativeSampler,
        histories: Histories
    ) {
        self.network = network
        self.configuration = configuration
        self.sampler = sampler
        self.histories = histories
        gradients = Gradients(for: network.parameters)
        tape = Tape(recordingInto: gradients)
        excluded = Array(repeating: false, count: network.itemTable.rows)
    }

    /// How often scratch memory was asked from the system.
    var allocations: Int { tape.pool.allocations }

    /// The loss since the last call, summed over targets.
    func takeLoss() -> Double {
        defer { loss = 0 }
        return loss
    }

    /// Adds the gradients of some windows, each target weighted by `scale`.
    func accumulate(_ windows: [SequenceWindow], scale: Float, seed: UInt64, step: Int) {
        var next = 0
        while next < windows.count {
            let first = next
            var random = RandomSource.stream(seed: seed, 3, UInt64(step), UInt64(windows[first].user.rawValue))
            next = pack(windows, from: first, using: &random)
            tape.dropoutKey = random.next()
            let states = network(batch, on: tape)
            loss += lossAndGradient(states, scale: scale, using: &random)
            tape.backward()
            tape.reset()
        }
    }

    private func pack(_ windows: [SequenceWindow], from first: Int, using random: inout RandomSource) -> Int {
        batch.removeAll()
        negatives.removeAll()
        for index in first..<windows.count {
            let window = windows[index]
            if index > first, batch.count + window.range.count > Self.packedEvents { return index }
            let history = histories[window.user]
            batch.append(history, window.range, maximumLength: configuration.maximumLength, withTargets: true)
            if configuration.loss == .binaryCrossEntropy { drawNegatives(history, window, using: &random) }
        }
        return windows.count
    }

    private func drawNegatives(_ history: History, _ window: SequenceWindow, using random: inout RandomSource) {
        for item in history.items { excluded[item.position] = true }
        for _ in 0..<window.range.count * configuration.negatives {
            negatives.append(sampler.even(using: &random) { excluded[Int($0)] })
        }
        for item in history.items { excluded[item.position] = false }
    }

    private func lossAndGradient(_ states: Tensor, scale: Float, using random: inout RandomSource) -> Double {
        let (table, targets) = (network.itemTable, batch.targets.indices)
        switch configuration.loss {
        case .softmax:
            return tape.catalogueCrossEntropy(
                states,
                table: table,
                targets: targets,
                scale: scale,
                smoothing: configuration.labelSmoothing
            )
        case .sampledSoftmax:
            sampler.shared(configuration.negatives, into: negatives, using: &random)
            return sampler.logProbability.withUnsafeBufferPointer { logProbability in
                tape.sampledSoftmax(
                    states,
                    table: table,
                    targets: targets,
                    negatives: negatives.indices,
                    logProbability: logProbability.baseAddress!,
                    scale: scale
                )
            }
        case .binaryCrossEntropy:
            let count = configuration.negatives
            let sum = tape.binaryCrossEntropy(
                states,
                table: table,
                targets: targets,
                negatives: negatives.indices,
                positivePower: positivePower,
                scale: scale / Float(count)
            )
            return sum / Double(count)
        }
    }

    /// gSASRec's β = α·(t·(1 - 1/α) + 1/α) with α = negatives / (V - 1), equation 9 of the paper.
    private var positivePower: Float {
        let alpha = Float(configuration.negatives) / Float(max(1, network.itemTable.rows - 1))
        return alpha * (configuration.calibration * (1 - 1 / alpha) + 1 / alpha)
    }
}
