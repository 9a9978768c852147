import FreshetCore
import Hummingbird
import Logging
import Synchronization

/// What travels with a request from the first step to the last.
struct ServerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Names the request in answers and logs: 32 hexadecimal digits (W3C Trace Context).
    var trace = ""
    /// The key that the request came with; `nil` without one.
    var key: APIKey?
    /// Whose data the request is about.
    var tenant = Tenant.default
    /// Whether the body was read.
    let body = BodyState()

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }

    /// Whether the body of a request was read to its end.
    final class BodyState: Sendable {
        private let taken = Atomic(false)
        private let read = Atomic(false)

        /// Whether reading has begun.
        var isTaken: Bool { taken.load(ordering: .relaxed) }

        /// Notes that reading begins.
        func take() { taken.store(true, ordering: .relaxed) }

        /// Whether it was.
        var isRead: Bool { read.load(ordering: .relaxed) }

        /// Notes that it was.
        func finish() { read.store(true, ordering: .relaxed) }
    }
}
