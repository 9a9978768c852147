import FreshetCore
import FreshetData
import FreshetTensor

/// A user's choice with what they chose before, and items that stand for those that they did not choose.
struct RankerExample: Sendable {
    /// What was chosen before, the newest last.
    let history: [Int32]
    /// The item that was chosen, then others.
    let items: [Int32]

    /// The newest choices of all users.
    static func all(of data: TrainingData, _ configuration: TextRanker.Configuration, seed: UInt64) -> [RankerExample] {
        let sampler = NegativeSampler(data.histories, itemCount: data.itemCount)
        var random = RandomSource.stream(seed: seed, 31)
        var examples: [RankerExample] = []
        for user in 0..<data.histories.userCount {
            let chosen = data.histories[UserIndex(user)].likings.items.map(\.rawValue)
            for place in chosen.indices.suffix(configuration.choices) where place > 0 {
                let before = chosen[max(0, place - configuration.historyLength)..<place]
                let others = others(than: chosen, configuration.negatives, of: sampler, using: &random)
                examples.append(RankerExample(history: Array(before), items: [chosen[place]] + others))
            }
        }
        return examples
    }

    /// Items that are none of some, those that are chosen often more often.
    static func others(
        than chosen: [Int32],
        _ count: Int,
        of sampler: NegativeSampler,
        using random: inout RandomSource
    ) -> [Int32] {
        let excluded = Set(chosen)
        let drawn = IndexBuffer()
        return (0..<count).map { _ in
            for _ in 0..<20 {
                drawn.removeAll()
                sampler.shared(1, into: drawn, using: &random)
                if !excluded.contains(drawn.indices[0]) { return drawn.indices[0] }
            }
            return sampler.even(using: &random) { excluded.contains($0) }
        }
    }
}
