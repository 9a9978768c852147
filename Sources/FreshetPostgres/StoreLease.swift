#if PostgreSQL
import Foundation
import FreshetCore
import Synchronization

/// Who learns from a tenant, of which there is one at a time: a lock that goes with a connection, and a number that grows.
///
/// The lock lets one in. The number keeps one out who had it and does not know yet that it is gone: each transaction of its
/// store looks whether a newer lease was given, and is refused then.
final class StoreLease: Sendable {
    private let lock: TenantLock
    private let tenant: PostgresValue
    private let given = Atomic<Int64>(0)
    /// Ends when the lease is lost.
    private let (lost, ending) = AsyncStream.makeStream(of: Void.self)

    init(_ lock: TenantLock, tenant: PostgresValue) {
        (self.lock, self.tenant) = (lock, tenant)
    }

    /// Its number: the first of a tenant is 1.
    var number: Int64 { given.load(ordering: .acquiring) }

    /// Takes it for a connection.
    ///
    /// - Parameters:
    ///   - connection: the lease is gone with it, unless it is taken again before anybody else does.
    ///   - waits: whether to wait while somebody else has it, however long.
    /// - Throws: ``FreshetError`` of kind `conflict` when somebody else has it.
    func take(_ connection: PostgresConnection, waits: Bool) throws {
        // A machine that is gone must not keep it for hours.
        try connection.execute(
            """
            SET tcp_keepalives_idle TO 2; SET tcp_keepalives_interval TO 1; SET tcp_keepalives_count TO 3;
            SET tcp_user_timeout TO 5000
            """
        )
        if waits {
            while try !lock.take(connection) { Thread.sleep(forTimeInterval: 0.1) }
        } else {
            try lock.wait(connection)
        }
        let next = try connection.query(
            "UPDATE head SET lease = lease + 1 WHERE tenant = $1 RETURNING lease",
            tenant
        ).first { $0.integer(0) }
        guard let next else { preconditionFailure("a tenant that was given a number has a head") }
        given.store(next, ordering: .releasing)
    }

    /// Takes the lock for a connection in the place of one that broke; the lease is lost when somebody else had it meanwhile.
    func retake(_ connection: PostgresConnection) throws {
        guard try lock.take(connection) else { return ending.finish() }
        let newest = try connection.query("SELECT lease FROM head WHERE tenant = $1", tenant).first { $0.integer(0) }
        if newest != number { ending.finish() }
    }

    /// Refuses a transaction where a newer lease was given.
    func check(_ head: LogHead) throws {
        guard head.lease != number else { return }
        ending.finish()
        throw FreshetError(
            .conflict,
            "Another learner has taken over: this one was cut off from PostgreSQL for too long.",
            remedy: "Start this process again; it waits until it is needed."
        )
    }

    /// Returns when the lease is lost, or the task is cancelled.
    func waitUntilLost() async {
        for await _ in lost {}
    }
}
#endif
