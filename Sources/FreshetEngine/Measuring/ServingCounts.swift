import Synchronization

/// What was answered since the start, in numbers.
public struct ServingCounts: Sendable, Equatable {
    /// Recommendations and rankings.
    public var answers = 0
    /// Those of them without any item.
    public var emptyAnswers = 0
    /// Questions that were answered from memory, those for similar and popular items included.
    public var cacheHits = 0
    /// Questions that were not.
    public var cacheMisses = 0
    /// Events that named an answer.
    public var feedback = 0

    /// Creates the counts of a server that has answered nothing.
    public init() {}
}

/// Counts answers and feedback, from any thread.
final class ServingCounter: Sendable {
    private let answers = Atomic(0)
    private let emptyAnswers = Atomic(0)
    private let feedback = Atomic(0)

    /// Counts an answer by the number of its items.
    func countAnswer(of items: Int) {
        answers.add(1, ordering: .relaxed)
        if items == 0 { emptyAnswers.add(1, ordering: .relaxed) }
    }

    /// Counts events that named an answer.
    func countFeedback(_ events: Int) {
        if events > 0 { feedback.add(events, ordering: .relaxed) }
    }

    /// The numbers, those of the cache added.
    func counts(cache: (hits: Int, misses: Int)) -> ServingCounts {
        var counts = ServingCounts()
        counts.answers = answers.load(ordering: .relaxed)
        counts.emptyAnswers = emptyAnswers.load(ordering: .relaxed)
        counts.cacheHits = cache.hits
        counts.cacheMisses = cache.misses
        counts.feedback = feedback.load(ordering: .relaxed)
        return counts
    }
}
