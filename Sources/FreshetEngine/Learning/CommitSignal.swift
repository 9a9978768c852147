import Foundation

/// Wakes the learner: the newest offset in the log, and whether to stop, under a condition.
///
/// `@unchecked Sendable`: every field is read and written with `condition` locked.
final class CommitSignal: @unchecked Sendable {
    private let condition = NSCondition()
    private var newest: Int64
    private var isWoken = false
    private var stops = false

    init(newest: Int64) { self.newest = newest }

    /// Says that the log has events up to an offset.
    func committed(_ offset: Int64) {
        condition.withLock {
            newest = max(newest, offset)
            condition.broadcast()
        }
    }

    /// Wakes who waits, without an event.
    func wake() {
        condition.withLock {
            isWoken = true
            condition.broadcast()
        }
    }

    /// Ends all waiting, now and later.
    func stop() {
        condition.withLock {
            stops = true
            condition.broadcast()
        }
    }

    /// Whether to stop.
    var isStopping: Bool { condition.withLock { stops } }

    /// Waits for a moment, unless we are to stop.
    func pause(seconds: Double) {
        let deadline = Date(timeIntervalSinceNow: max(0, seconds))
        condition.withLock {
            while !stops { guard condition.wait(until: deadline) else { break } }
        }
    }

    /// Waits until the log has events after an offset, somebody wakes us, we are to stop, or the time is over.
    func wait(after offset: Int64, seconds: Double) {
        let deadline = Date(timeIntervalSinceNow: max(0, seconds))
        condition.withLock {
            while newest <= offset, !stops, !isWoken {
                guard condition.wait(until: deadline) else { break }
            }
            isWoken = false
        }
    }
}
