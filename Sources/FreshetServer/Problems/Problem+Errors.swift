import FreshetCore
import FreshetEngine
import Hummingbird

extension Problem {
    /// The problem that an error is to a caller; `nil` when it is ours, and the caller learns nothing of it.
    init?(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let busy as EngineBusy:
            self.init(.tooManyRequests, busy.description)
            retryAfter = busy.retryAfter
        case let quota as QuotaExceeded:
            self.init(quota.retryAfter == nil ? .quotaExceeded : .tooManyRequests, quota.description)
            retryAfter = quota.retryAfter
        case let failure as FreshetError: self.init(failure)
        case let error as HTTPError: self.init(error)
        case is CancellationError:
            self.init(.unavailable, "The server is stopping.")
            retryAfter = 1
        default: return nil
        }
    }

    private init?(_ failure: FreshetError) {
        let words = failure.description.replacing("\n", with: " ")
        switch failure.kind {
        case .usage: self.init(.invalidRequest, words)
        case .notFound: self.init(.notFound, words)
        case .conflict: self.init(.conflict, words)
        // What callers send is checked here; data that is wrong further down is a damaged file of ours.
        case .invalidData: return nil
        case .external:
            // The words name files and folders of this machine, so they stay in the log.
            self.init(.unavailable, "The request could not be kept or answered: storage does not work at the moment.")
            retryAfter = 5
        case .cancelled:
            self.init(.unavailable, "The server is stopping.")
            retryAfter = 1
        }
    }

    /// Hummingbird's own errors.
    private init?(_ error: HTTPError) {
        guard let kind = Kind.allCases.last(where: { $0.status == error.status }) else { return nil }
        self.init(kind, error.body ?? kind.title + ".")
    }

    /// What is said of an error that is our own.
    static let hidden = Problem(.internalError, "The server failed. Its log has the cause under the trace id.")

    /// Whether the log should have the error's words: the caller does not get them.
    static func isOurs(_ error: any Error) -> Bool {
        if let failure = error as? FreshetError { return failure.kind == .external }
        return Problem(error) == nil
    }
}
