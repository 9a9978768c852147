import CFreshetKernels
import FreshetCore
import FreshetData
import FreshetNN

/// The weighted sum of the parts' normalised scores.
final class HybridScorer: Scorer {
    let itemCount: Int
    /// The parts.
    let parts: [TrainedPart]
    /// The weight of each.
    let weights: [Double]
    private let fusion: Hybrid.Fusion
    private let scratch = ScratchBuffers()

    init(parts: [TrainedPart], fusion: Hybrid.Fusion, weights: [Double]) {
        self.parts = parts
        self.fusion = fusion
        self.weights = weights.isEmpty ? Array(repeating: 1, count: parts.count) : weights
        itemCount = parts[0].scorer.itemCount
    }

    /// The normalised scores of one part, shape `[B, V]`.
    func normalizedScores(
        of part: Int,
        _ contexts: ArraySlice<ScoringContext>,
        into scores: UnsafeMutableBufferPointer<Float>
    ) {
        parts[part].scorer.score(contexts, into: scores)
        let normalization = ScoreNormalization(of: parts[part].model, fusion: fusion)
        for row in 0..<contexts.count {
            normalization.apply(.init(rebasing: scores[row * itemCount..<(row + 1) * itemCount]))
        }
    }

    func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {
        let count = contexts.count * itemCount
        guard count > 0, let sum = scores.baseAddress else { return }
        sum.update(repeating: 0, count: count)
        scratch.withZeros(count) { own in
            for part in parts.indices where weights[part] != 0 {
                normalizedScores(of: part, contexts, into: .init(start: own, count: count))
                freshet_axpy(sum, own, Float(weights[part]), count)
            }
            own.update(repeating: 0, count: count)
        }
    }

    func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {
        guard let sum = scores.baseAddress else { return }
        sum.update(repeating: 0, count: itemCount)
        scratch.withZeros(itemCount) { own in
            for part in parts.indices where weights[part] != 0 {
                let buffer = UnsafeMutableBufferPointer(start: own, count: itemCount)
                parts[part].scorer.similarities(to: item, into: buffer)
                // The item itself may hold anything, so it must not spread the others.
                own[item.position] = 0
                ScoreNormalization.standard.apply(buffer)
                freshet_axpy(sum, own, Float(weights[part]), itemCount)
            }
            own.update(repeating: 0, count: itemCount)
        }
    }

    func checkpoint() -> Checkpoint {
        var checkpoint = Checkpoint(arrays: ["weights": StoredArray(weights)])
        for (index, part) in parts.enumerated() { part.save(to: &checkpoint, prefix: "parts.\(index).") }
        return checkpoint
    }
}
