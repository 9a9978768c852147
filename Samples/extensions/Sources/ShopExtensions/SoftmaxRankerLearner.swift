import Foundation
import FreshetCore
import FreshetModels
import FreshetNN

/// Learns a ``SoftmaxRanker`` online: softmax cross-entropy over the candidates, the item that came as the target, with the
/// steps of AdaGrad (Duchi, Hazan and Singer, JMLR 2011).
public struct SoftmaxRankerLearner: RankerLearner {
    /// The weights now.
    public private(set) var ranker: SoftmaxRanker
    /// How many events it has learned.
    public private(set) var eventCount: Int64 = 0

    private let settings: RankerSettings
    /// The sums of squared gradients, in the order of the weights.
    private var squares: [Float]
    private var gradient: [Float] = []

    /// Starts with a ranker.
    public init(from ranker: SoftmaxRanker?, settings: RankerSettings) {
        self.settings = settings
        self.ranker = ranker ?? SoftmaxRanker()
        squares = Array(repeating: 0, count: self.ranker.weights.count)
    }

    /// Learns which candidate came.
    @discardableResult
    public mutating func learn(_ item: ItemIndex, among set: CandidateSet) -> Float? {
        guard let target = set.index(of: item) else { return nil }
        fit(to: set.table)
        ranker.rank(set)
        var highest = -Float.infinity
        for place in 0..<set.count { highest = max(highest, set.score(at: place)) }
        var total: Float = 0
        for place in 0..<set.count { total += expf(set.score(at: place) - highest) }
        for term in gradient.indices { gradient[term] = set.value(of: term, at: target) }
        for place in 0..<set.count {
            let mass = expf(set.score(at: place) - highest) / total
            for term in gradient.indices { gradient[term] -= mass * set.value(of: term, at: place) }
        }
        let loss = logf(total) - (set.score(at: target) - highest)
        step()
        eventCount += 1
        return loss
    }

    /// Steps are as long as the settings allow at first, and shorter where gradients were large.
    private mutating func step() {
        for term in gradient.indices {
            squares[term] += gradient[term] * gradient[term]
            let step = settings.largestStep * gradient[term] / (settings.prior + squares[term]).squareRoot()
            ranker.weights[term] += min(max(step, -settings.largestStep), settings.largestStep)
        }
    }

    /// Goes over to the features of a table, by name.
    private mutating func fit(to table: FeatureTable) {
        if ranker.names != table.names {
            let known = Dictionary(uniqueKeysWithValues: zip(ranker.names, squares))
            ranker = ranker.fitted(to: table)
            squares = ranker.names.map { known[$0] ?? 0 }
        }
        if gradient.count != squares.count { gradient = Array(repeating: 0, count: squares.count) }
    }

    /// A learner for another model: all weights may move as quickly again as at first.
    public func anew(from ranker: SoftmaxRanker?) -> SoftmaxRankerLearner {
        SoftmaxRankerLearner(from: ranker ?? self.ranker, settings: settings)
    }

    /// The whole state.
    public func checkpoint() -> Checkpoint {
        var checkpoint = ranker.checkpoint()
        checkpoint.arrays["squares"] = StoredArray(squares)
        checkpoint.arrays["eventCount"] = StoredArray([eventCount])
        return checkpoint
    }

    /// Takes over a state.
    /// - Throws: `FreshetError` of kind `invalidData` when it is none.
    public init(restoring checkpoint: Checkpoint, settings: RankerSettings) throws {
        self.init(from: try SoftmaxRanker(from: checkpoint), settings: settings)
        squares = try checkpoint.finiteNumbers("squares", shape: [ranker.weights.count])
        eventCount = try checkpoint.numbers("eventCount", of: Int64.self, shape: [1])[0]
        guard eventCount >= 0, squares.allSatisfy({ $0 >= 0 }) else {
            throw FreshetError(.invalidData, "The checkpoint's state of a ranker is damaged.")
        }
    }
}
