import Dispatch
import Foundation
import Synchronization

/// What a thread of its own finds out while the one that started it goes on.
final class BackgroundResult<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)
    private let isDone = DispatchSemaphore(value: 0)

    /// Starts the work.
    init(_ work: @escaping @Sendable () throws -> Value) {
        Thread.detachNewThread { [self] in
            let found = Result { try work() }
            result.withLock { $0 = found }
            isDone.signal()
        }
    }

    /// Waits for the result; may be asked once.
    /// - Throws: what the work threw.
    func take() throws -> Value {
        isDone.wait()
        guard let found = result.withLock({ $0 }) else { preconditionFailure("a result was announced and not given") }
        return try found.get()
    }
}
