import Synchronization

/// Candidate sets that wait for the next request, so that requests on many threads allocate nothing.
///
/// `@unchecked Sendable`: the list is protected by `lock`; a set belongs to the thread that took it.
public final class CandidateSets: @unchecked Sendable {
    private let lock = Mutex(())
    private var idle: [CandidateSet] = []

    /// Creates an empty pool.
    public init() {}

    /// Lends a set for the time of a call.
    public func withSet<Result>(_ body: (CandidateSet) throws -> Result) rethrows -> Result {
        let set = lock.withLock { _ in idle.popLast() } ?? CandidateSet()
        defer {
            // A set that waits must not keep a model alive that was replaced.
            set.retrieval = nil
            lock.withLock { _ in idle.append(set) }
        }
        return try body(set)
    }
}
