/// How long to wait before a request is sent again, and when to give up.
struct RetryPolicy: Sendable, Equatable {
    /// Seconds without any success after which the client gives up.
    var patience = 60.0
    /// The first wait in seconds where the server names none; each further one is twice as long.
    var firstWait = 0.1
    /// The longest wait in seconds.
    var longestWait = 5.0

    /// For a command that does one thing, before somebody who waits: a server that restarts is waited for, one that is
    /// down is not.
    static let command = RetryPolicy(patience: 2)

    /// For what must not be done twice: one attempt.
    static let once = RetryPolicy(patience: 0)

    /// Whether a status means "not now": too many requests, or the server's own failure.
    ///
    /// What the server cannot do (501) or has no room for (507) it refuses the next time, too.
    static func isRetryable(_ status: Int) -> Bool {
        status == 429 || (500...599).contains(status) && status != 501 && status != 507
    }

    /// How long to wait before the next attempt.
    ///
    /// - Parameters:
    ///   - attempt: how many attempts failed, from 1.
    ///   - elapsed: seconds since the first of them began.
    ///   - retryAfter: the server's own wish in seconds, from its `Retry-After`.
    /// - Returns: seconds; `nil` to give up.
    func wait(after attempt: Int, elapsed: Double, retryAfter: Double?) -> Double? {
        guard elapsed < patience else { return nil }
        let doubled = firstWait * Double(1 << min(attempt - 1, 20))
        return retryAfter.map { max(0, $0) } ?? min(doubled, longestWait)
    }
}
