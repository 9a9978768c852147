import Foundation
import Synchronization

/// A fixed team of threads that share loops: `threads - 1` of its own and the caller's.
///
/// A loop's iterations are claimed one by one, so uneven ones balance. What an iteration computes must not depend on
/// who runs it; where a result has to be summed in a fixed order, give each worker its own iterations
/// (``forEachWorker(_:)``).
public final class ThreadPool: Sendable {
    /// How many threads work, the caller's included.
    public let threads: Int
    private let team: Team

    /// Starts a team.
    /// - Parameter threads: how many threads work; `nil` is one a core.
    public init(threads: Int? = nil) {
        self.threads = max(1, threads ?? ProcessInfo.processInfo.activeProcessorCount)
        team = Team()
        for worker in 1..<max(self.threads, 1) {
            let thread = Thread { [team] in team.serve(as: worker) }
            thread.name = "freshet-\(worker)"
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    deinit { team.dismiss() }

    /// Runs `body(index, worker)` for every index in `0 ..< count` and returns when all are done.
    ///
    /// - Parameters:
    ///   - count: how many iterations there are.
    ///   - body: one iteration; `worker` in `0 ..< threads` says whose scratch memory it may use. It must not call the
    ///     pool again.
    public func forEach(_ count: Int, _ body: (_ index: Int, _ worker: Int) -> Void) {
        guard count > 0 else { return }
        guard threads > 1, count > 1 else {
            for index in 0..<count { body(index, 0) }
            return
        }
        withoutActuallyEscaping(body) { body in
            let next = Atomic(0)
            withExtendedLifetime(next) {
                team.run(helpers: threads - 1) { worker in
                    while true {
                        let index = next.add(1, ordering: .relaxed).oldValue
                        guard index < count else { return }
                        body(index, worker)
                    }
                }
            }
        }
    }

    /// Runs `body(worker)` once on every thread, each worker always on its own share, and returns when all are done.
    public func forEachWorker(_ body: (_ worker: Int) -> Void) {
        guard threads > 1 else { return body(0) }
        withoutActuallyEscaping(body) { body in
            team.run(helpers: threads - 1) { worker in body(worker) }
        }
    }

    /// Runs `body(range, worker)` on consecutive ranges of at most `grain` that cover `0 ..< count`.
    public func forEachRange(_ count: Int, grain: Int, _ body: (_ range: Range<Int>, _ worker: Int) -> Void) {
        let grain = max(grain, 1)
        forEach((count + grain - 1) / grain) { index, worker in
            body(index * grain..<min((index + 1) * grain, count), worker)
        }
    }
}

/// The waiting room of a pool's threads: a generation counter under a condition.
///
/// `@unchecked Sendable`: every field is read and written with `condition` locked; the job itself is only called
/// between the increment and the return of `run`, on threads that each take part once.
private final class Team: @unchecked Sendable {
    private let condition = NSCondition()
    private let callers = NSLock()
    private var job: ((Int) -> Void)?
    private var generation = 0
    private var running = 0
    private var dismissed = false

    /// Calls `job` on `helpers` threads and the calling one; returns when all are done.
    func run(helpers: Int, _ job: (Int) -> Void) {
        callers.withLock {
            withoutActuallyEscaping(job) { job in
                condition.withLock {
                    self.job = job
                    running = helpers
                    generation += 1
                    condition.broadcast()
                }
                job(0)
                condition.withLock {
                    while running > 0 { condition.wait() }
                    self.job = nil
                }
            }
        }
    }

    /// The life of one thread.
    func serve(as worker: Int) {
        var seen = 0
        while awaitJob(after: &seen) {
            perform(as: worker)
            condition.withLock {
                running -= 1
                if running == 0 { condition.broadcast() }
            }
        }
    }

    /// Waits for the next generation; `false` when the team is dismissed.
    private func awaitJob(after seen: inout Int) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        while generation == seen && !dismissed { condition.wait() }
        seen = generation
        return !dismissed
    }

    /// Runs the job in a frame of its own, so that no reference to it outlives the report that it is done.
    @inline(never)
    private func perform(as worker: Int) {
        let job = condition.withLock { self.job }
        job?(worker)
    }

    func dismiss() {
        condition.withLock {
            dismissed = true
            condition.broadcast()
        }
    }
}
