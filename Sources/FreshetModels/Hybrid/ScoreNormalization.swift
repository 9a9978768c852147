import CFreshetKernels
import FreshetTensor

/// How the scores of one model become comparable with another's.
enum ScoreNormalization: Sendable {
    /// `s - log Σ exp s`: the scores are logits.
    case logSoftmax
    /// `log(s / Σ s + 1e-4)`: the scores are counts or similarities, 0 for "nothing known".
    case logShare
    /// `(s - mean) / deviation`: any other scale.
    case standard
    /// `1 / (60 + rank)`.
    case reciprocalRank

    /// What suits a model.
    init(of model: String, fusion: Hybrid.Fusion) {
        switch (fusion, model) {
        case (.ranks, _): self = .reciprocalRank
        case (_, SequenceTransformer.name): self = .logSoftmax
        case (_, CoVisitation.name), (_, ContentCoVisitation.name), (_, Popularity.name), (_, ItemKNN.name),
            (_, UserKNN.name):
            self = .logShare
        default: self = .standard
        }
    }

    /// Normalises the scores of one context, in place.
    func apply(_ scores: UnsafeMutableBufferPointer<Float>) {
        guard let first = scores.baseAddress else { return }
        switch self {
        case .logSoftmax:
            let total = freshet_log_sum_exp(first, scores.count)
            for i in scores.indices { scores[i] -= total }
        case .logShare:
            var total: Float = 0
            for score in scores { total += max(score, 0) }
            let factor = total > 0 ? 1 / total : 0
            for i in scores.indices { scores[i] = logarithm(max(scores[i], 0) * factor + 1e-4) }
        case .standard:
            let count = Double(scores.count)
            let mean = scores.reduce(0) { $0 + Double($1) } / count
            let variance = scores.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
            let factor = variance > 0 ? Float(1 / variance.squareRoot()) : 0
            for i in scores.indices { scores[i] = (scores[i] - Float(mean)) * factor }
        case .reciprocalRank:
            // Equal scores share the rank of the last of them: a tie is worth no more than the place it may end at.
            let order = scores.indices.sorted { scores[$0] > scores[$1] }
            var end = order.count
            var replaced = [Float](repeating: 0, count: scores.count)
            for place in order.indices.reversed() {
                if place + 1 < order.count, scores[order[place]] != scores[order[place + 1]] { end = place + 1 }
                replaced[order[place]] = 1 / (60 + Float(end))
            }
            _ = scores.update(from: replaced)
        }
    }
}
