import FreshetCore
import FreshetModels

/// The pipeline's way to the streaming models, which learn while requests are answered.
public protocol StreamingEvidence: Sendable {
    /// Lends the models as they are now.
    ///
    /// Whoever keeps them behind a lock holds it for the time of the call: a few ten microseconds.
    func withModels<Result>(_ body: (StreamingModels) throws -> Result) rethrows -> Result
}

extension StreamingEvidence {
    /// The most popular of many items, best first; the models are lent anew every few thousand items, so that whoever
    /// keeps them behind a lock is not held up.
    ///
    /// - Parameters:
    ///   - limit: how many are wanted.
    ///   - items: any number of items.
    ///   - halfLife: a position among the half-lives of the popularity.
    ///   - time: now, in seconds since 1970.
    /// - Returns: the items with their decayed numbers of events, which may be 0.
    func mostPopular(_ limit: Int, of items: [ItemIndex], halfLife: Int, at time: Int64) -> [ScoredItem] {
        var best = BestItems(limit: limit)
        for first in stride(from: 0, to: items.count, by: 4096) {
            withModels { models in
                for item in items[first..<min(first + 4096, items.count)] {
                    let events = models.popularity.count(of: item, halfLife: halfLife, at: time)
                    best.add(ScoredItem(item: item, score: Float(events)))
                }
            }
        }
        return best.sorted()
    }
}

/// Streaming models that no longer learn: of a replay, of a test, or of nothing.
public struct FrozenStreaming: StreamingEvidence {
    private let models: StreamingModels

    /// Wraps models.
    public init(_ models: StreamingModels = StreamingModels()) { self.models = models }

    /// Lends the models.
    public func withModels<Result>(_ body: (StreamingModels) throws -> Result) rethrows -> Result {
        try body(models)
    }
}
