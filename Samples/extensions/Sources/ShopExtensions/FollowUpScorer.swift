import Foundation
import FreshetCore
import FreshetData
import FreshetModels
import FreshetNN

/// Adds up the follow-ups of a history's newest items.
struct FollowUpScorer: Scorer {
    let table: FollowUpTable
    let configuration: FollowUps.Configuration

    var itemCount: Int { table.itemCount }

    func score(_ contexts: ArraySlice<ScoringContext>, into scores: UnsafeMutableBufferPointer<Float>) {
        guard let start = scores.baseAddress else { return }
        for (row, context) in contexts.enumerated() { score(context, into: start + row * itemCount) }
    }

    private func score(_ context: ScoringContext, into sums: UnsafeMutablePointer<Float>) {
        sums.update(repeating: 0, count: itemCount)
        var (factor, total) = (Float(1), Float(0))
        for item in context.history.likings.items.suffix(configuration.length).reversed() {
            total += table.add(item, times: factor, to: sums)
            factor *= configuration.decay
        }
        let smoothing = configuration.smoothing
        for item in 0..<itemCount {
            sums[item] = logf((sums[item] + smoothing * table.share(of: item)) / (total + smoothing))
        }
    }

    /// How often each item came after the other.
    func similarities(to item: ItemIndex, into scores: UnsafeMutableBufferPointer<Float>) {
        guard let sums = scores.baseAddress else { return }
        sums.update(repeating: 0, count: itemCount)
        _ = table.add(item, times: 1, to: sums)
    }

    func checkpoint() -> Checkpoint { table.checkpoint() }
}
