extension IdlePool<CandidateSet> {
    /// Lends a set for the time of a call.
    package func withSet<Result>(_ body: (CandidateSet) throws -> Result) rethrows -> Result {
        try with(CandidateSet()) { set in
            // A set that waits must not keep a model alive that was replaced.
            defer { set.retrieval = nil }
            return try body(set)
        }
    }
}
