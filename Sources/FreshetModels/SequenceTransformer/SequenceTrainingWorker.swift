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
    private let tape: Tape
    private let batch: PackedSequences
    private let negatives = IndexBuffer()
    private var excluded: [Bool]
    private var loss = 0.0

    /// Events a pass: enough for the products to run at full speed, few enough for the activations to stay in the cache.
    private static let packedEvents = 512

    init(
        _ network: SequenceNetwork,
        _ configuration: SequenceTransformer.Configuration,
        _ shape: SequenceTransformer.Shape
    ) {
        self.network = network
        self.configuration = configuration
        batch = PackedSequences(shape)
        gradients = Gradients(for: network.parameters)
        tape = Tape(recordingInto: gradients)
        excluded = Array(repeating: false, count: network.itemTable.rows)
    }

    /// Takes in that the network's tables have more rows than before.
    func adaptToGrowth() {
        let items = network.itemTable.rows
        gradients.adaptToGrowth()
        batch.adaptToGrowth(items: items)
        excluded.append(contentsOf: repeatElement(false, count: items - excluded.count))
    }

    /// How often scratch memory was asked from the system.
    var allocations: Int { tape.pool.allocations }

    /// The loss since the last call, summed over targets.
    func takeLoss() -> Double {
        defer { loss = 0 }
        return loss
    }

    /// What a pass of windows is learned for.
    struct Objective {
        /// The weight of each target; 0 to learn from the teacher alone.
        var scale: Float
        /// The network whose ranking of the items it knows is to be kept, and the weight of each target's distillation.
        var teacher: Teacher?
        /// With what chance the item of each event of the histories was shown; empty to learn as if nobody had shown it.
        var propensities: [Float] = []
        typealias Teacher = (network: SequenceNetwork, tape: Tape, knownItems: Int, scale: Float)
    }

    /// Adds the gradients of some windows of some histories.
    func accumulate(
        _ windows: [SequenceWindow],
        of histories: Histories,
        for objective: Objective,
        sampler: NegativeSampler,
        seed: UInt64,
        step: Int
    ) {
        var next = 0
        while next < windows.count {
            let first = next
            var random = RandomSource.stream(seed: seed, 3, UInt64(step), UInt64(windows[first].user.rawValue))
            next = pack(windows, from: first, of: histories, objective.propensities, sampler, using: &random)
            guard batch.targets.count > 0 else { continue }
            tape.dropoutKey = random.next()
            let states = network(batch, at: batch.targetRows.indices, on: tape)
            if objective.scale > 0 { loss += learn(states, scale: objective.scale, sampler, using: &random) }
            if let teacher = objective.teacher { distil(states, teacher, sampler, using: &random) }
            tape.backward()
            tape.reset()
        }
    }

    private func pack(
        _ windows: [SequenceWindow],
        from first: Int,
        of histories: Histories,
        _ propensities: [Float],
        _ sampler: NegativeSampler,
        using random: inout RandomSource
    ) -> Int {
        batch.removeAll()
        negatives.removeAll()
        for index in first..<windows.count {
            let window = windows[index]
            if index > first, batch.count + window.range.count > Self.packedEvents { return index }
            let history = histories[window.user]
            let before = batch.targets.count
            batch.append(
                history,
                window.range,
                maximumLength: configuration.maximumLength,
                firstTarget: window.contextOnly,
                shown: propensities.isEmpty ? [] : propensities[history.items.indices]
            )
            if configuration.loss == .binaryCrossEntropy {
                drawNegatives(history, targets: batch.targets.count - before, sampler, using: &random)
            }
        }
        return windows.count
    }

    /// Keeps the ranking of a sample of items as the teacher has it.
    private func distil(
        _ states: Tensor,
        _ teacher: Objective.Teacher,
        _ sampler: NegativeSampler,
        using random: inout RandomSource
    ) {
        defer { teacher.tape.reset() }
        let taught = teacher.network(batch, at: batch.targetRows.indices, on: teacher.tape)
        negatives.removeAll()
        sampler.shared(max(configuration.negatives, 256), into: negatives, using: &random)
        sampler.logProbability.withUnsafeBufferPointer { logProbability in
            _ = tape.distillation(
                states,
                table: network.itemTable,
                teacher: taught,
                teacherTable: teacher.network.itemTable,
                knownItems: teacher.knownItems,
                items: negatives.indices,
                logProbability: logProbability.baseAddress!,
                scale: teacher.scale
            )
        }
    }

    /// Draws items that the user did not choose, or dislikes.
    private func drawNegatives(
        _ history: History,
        targets: Int,
        _ sampler: NegativeSampler,
        using random: inout RandomSource
    ) {
        for (place, item) in history.items.enumerated() where history.weight(at: place) >= 0 {
            excluded[item.position] = true
        }
        for _ in 0..<targets * configuration.negatives {
            negatives.append(sampler.even(using: &random) { excluded[Int($0)] })
        }
        for item in history.items { excluded[item.position] = false }
    }

    private func learn(
        _ states: Tensor,
        scale: Float,
        _ sampler: NegativeSampler,
        using random: inout RandomSource
    ) -> Double {
        let (table, targets) = (network.itemTable, batch.targets.indices)
        guard batch.propensities.isEmpty else {
            return batch.propensities.withUnsafeBufferPointer { propensities in
                tape.topKOffPolicy(
                    states,
                    table: table,
                    targets: targets,
                    propensities: propensities,
                    slate: configuration.slate,
                    cap: configuration.importanceCap,
                    scale: scale
                )
            }
        }
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
