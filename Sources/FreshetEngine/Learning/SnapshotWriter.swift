import Foundation

/// Writes versions and checkpoints in the order given, on a thread of its own: the learner does not wait for the disk.
///
/// `@unchecked Sendable`: every field is read and written with `condition` locked.
final class SnapshotWriter: @unchecked Sendable {
    private let condition = NSCondition()
    private let niceness: Int
    private var jobs: [@Sendable () -> Void] = []
    private var isRunning = false
    private var durable: Int64 = 0

    /// Creates a writer.
    ///
    /// - Parameter niceness: what is added to the niceness of its thread.
    init(niceness: Int) { self.niceness = niceness }

    /// The newest event that all weights of the checkpoint on disk have learned: later ones are needed after a kill.
    var durableOffset: Int64 {
        get { condition.withLock { durable } }
        set { condition.withLock { durable = newValue } }
    }

    /// Whether nothing is being written and nothing waits.
    var isIdle: Bool { condition.withLock { !isRunning } }

    /// Has something written after what waits already.
    func add(_ job: @escaping @Sendable () -> Void) {
        let starts = condition.withLock {
            jobs.append(job)
            defer { isRunning = true }
            return !isRunning
        }
        if starts { BackgroundThread.start(named: "freshet-write", niceness: niceness) { self.run() } }
    }

    /// Waits until all is written.
    func waitUntilIdle() {
        condition.withLock { while isRunning { condition.wait() } }
    }

    private func run() {
        while let job = next() { job() }
    }

    private func next() -> (@Sendable () -> Void)? {
        condition.withLock {
            if jobs.isEmpty {
                isRunning = false
                condition.broadcast()
                return nil
            }
            return jobs.removeFirst()
        }
    }
}
