#if PostgreSQL
import Foundation
import FreshetCore

/// The lock of whoever alone has a tenant: it belongs to a connection, and goes with it however the process ends.
struct TenantLock: Sendable {
    private let name: String
    private let tenant: Tenant

    /// Names the lock of a tenant.
    init(_ schema: String, _ number: Int32, _ tenant: Tenant) {
        (name, self.tenant) = ("freshet \(schema) \(number)", tenant)
    }

    /// Takes it for a connection, in up to three seconds.
    ///
    /// A process that was killed a moment ago has it until PostgreSQL sees its connection closed.
    /// - Throws: ``FreshetError`` of kind `conflict` when somebody else has it.
    func wait(_ connection: PostgresConnection) throws {
        for _ in 0..<60 {
            if try take(connection) { return }
            Thread.sleep(forTimeInterval: 0.05)
        }
        throw FreshetError(
            .conflict,
            "Another Freshet serves the tenant '\(tenant)' of this schema in PostgreSQL, or copies into it.",
            remedy: "Stop it first, or name another schema or tenant."
        )
    }

    /// Takes it for a connection; whether nobody else has it.
    func take(_ connection: PostgresConnection) throws -> Bool {
        try connection.query(
            "SELECT pg_try_advisory_lock(hashtextextended(convert_from($1, 'UTF8'), 1))::int",
            .text(name)
        ).first { $0.integer(0) == 1 } ?? false
    }
}
#endif
