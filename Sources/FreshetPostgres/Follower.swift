#if PostgreSQL
import Foundation
import FreshetCore
import Synchronization

/// A thread that waits for the notifications of other processes, and looks by itself where none come.
///
/// Between a process and PostgreSQL may stand something that passes no notification, and one that is sent while the
/// connection is broken is lost: looking every now and then needs none. Its connection holds the learner's lease: that goes
/// with the process however it ends, and is taken again with the next connection.
final class Follower: Sendable {
    private let channel: String
    /// The learner's lease; `nil` where the store is no learner's.
    private let lease: StoreLease?
    private let seconds: Double
    private let connect: @Sendable () throws -> PostgresConnection
    private let first = Mutex<PostgresConnection?>(nil)
    private let isStopped = Atomic<Bool>(false)

    init(
        channel: String,
        lease: StoreLease?,
        seconds: Double,
        connect: @escaping @Sendable () throws -> PostgresConnection
    ) {
        (self.channel, self.lease, self.seconds, self.connect) = (channel, lease, seconds, connect)
    }

    /// Takes the lease, which the thread keeps.
    /// - Throws: as ``StoreLease/take(_:waits:)``.
    func takeLease(_ retries: Retries, waits: Bool) throws {
        guard let lease else { return }
        try retries.run {
            let connection = try listen()
            try lease.take(connection, waits: waits)
            first.withLock { $0 = connection }
        }
    }

    /// Begins; the thread ends with the store.
    func start(_ store: PostgresStore) {
        let thread = Thread { [weak store, self] in
            var connection = first.withLock { $0.take() }
            var nextLook = ContinuousClock.now + .seconds(seconds)
            while !isStopped.load(ordering: .acquiring) {
                do {
                    let line = try connection ?? relisten()
                    connection = line
                    // Not longer than half a second, so that the thread ends soon after the store.
                    let senders = try line.notifications(waiting: Int32(min(seconds, 0.5) * 1000))
                    guard let store, !isStopped.load(ordering: .acquiring) else { return }
                    // A store hears its own notifications too.
                    let own = store.writer.process
                    guard senders.contains(where: { $0 != own }) || ContinuousClock.now >= nextLook else { continue }
                    look(store)
                    nextLook = ContinuousClock.now + .seconds(seconds)
                } catch let error {
                    connection = nil
                    guard error is PostgresFailure else { return }
                    Thread.sleep(forTimeInterval: min(seconds, 0.5))
                }
            }
        }
        thread.name = "freshet.postgres.follower"
        thread.start()
    }

    /// Ends the thread at its next look.
    func stop() { isStopped.store(true, ordering: .releasing) }

    /// A new connection in the place of one that broke, with the lease where nobody else took it meanwhile.
    private func relisten() throws -> PostgresConnection {
        let connection = try listen()
        try lease?.retake(connection)
        return connection
    }

    private func listen() throws -> PostgresConnection {
        let connection = try connect()
        try connection.execute("LISTEN \(channel)")
        return connection
    }

    /// Follows on the writing queue, and waits for it: more wakes meanwhile are one.
    private func look(_ store: PostgresStore) {
        store.writer.queue.sync {
            // Where PostgreSQL is away or the store was closed, the next write meets the same and says it.
            _ = try? store.followNow()
        }
    }
}
#endif
