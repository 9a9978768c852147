import FreshetCore
import FreshetData
import FreshetModels

/// How much an item appeals to each of many users, on one scale.
///
/// A model's scores are comparable within one user's list only. So the item's score is told as the number of standard
/// deviations by which it lies above the scores of items taken evenly from the catalogue; where the model does not know
/// the item, what goes together with the user's items speaks alone.
package struct ItemAppeal {
    /// The number of items that are compared with.
    private static let sample = 128

    private let item: ItemIndex
    private let snapshot: ModelSnapshot
    private let streaming: any StreamingEvidence
    private let time: Int64

    /// Asks about an item.
    package init(of item: ItemIndex, snapshot: ModelSnapshot, streaming: any StreamingEvidence, at time: Int64) {
        self.item = item
        self.snapshot = snapshot
        self.streaming = streaming
        self.time = time
    }

    /// The appeal to each of the users, given by their events.
    package func scores(of histories: [History]) -> [Float] {
        guard let scorer = snapshot.scorer as? any ItemVectorScorer, item.position < scorer.itemCount else {
            return companyScores(of: histories)
        }
        let contexts = histories.map { ScoringContext(user: nil, history: $0.keepingItems(below: scorer.itemCount)) }
        let C = scorer.vectorWidth
        var vectors = [Float](repeating: 0, count: contexts.count * C)
        vectors.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            scorer.userVectors(of: contexts[...], into: start)
        }
        let step = max(1, scorer.itemCount / Self.sample)
        let others = stride(from: 0, to: scorer.itemCount, by: step).filter { $0 != item.position }
        let biases = scorer.itemBiases
        let table = scorer.itemVectors(of: [item] + others.map { ItemIndex($0) })
        return contexts.indices.map { row in
            func score(_ position: Int, _ place: Int) -> Float {
                var sum = biases.isEmpty ? 0 : biases[position]
                for column in 0..<C { sum += vectors[row * C + column] * table[place * C + column] }
                return sum
            }
            let otherScores = others.enumerated().map { score($1, $0 + 1) }
            return Self.deviations(score(item.position, 0), above: otherScores)
        }
    }

    private static func deviations(_ score: Float, above others: [Float]) -> Float {
        guard !others.isEmpty else { return score }
        let mean = others.reduce(0, +) / Float(others.count)
        let variance = others.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(others.count)
        return (score - mean) / max(variance.squareRoot(), .leastNormalMagnitude)
    }

    private func companyScores(of histories: [History]) -> [Float] {
        streaming.withModels { models in
            let scores = SparseScores()
            return histories.map { history in
                models.coVisitation.score(history, at: time, into: scores)
                return scores[item]
            }
        }
    }
}
