#if PostgreSQL
import FreshetCore

/// What tells that a tenant's data are being copied from elsewhere, and from where.
enum UnfinishedCopy {
    /// Refuses a tenant whose data are not all there.
    static func check(_ tenant: Tenant, _ number: Int32, _ connection: PostgresConnection) throws {
        guard let source = try source(number, connection) else { return }
        throw FreshetError(
            .conflict,
            "The tenant '\(tenant)' in PostgreSQL is a copy of '\(source)' that was not finished.",
            remedy: "Run freshet copy again: it goes on where it stopped."
        )
    }

    /// From where a tenant is being copied; `nil` when it is not.
    static func source(_ number: Int32, _ connection: PostgresConnection) throws -> String? {
        try connection.query("SELECT source FROM unfinished_copy WHERE tenant = $1", .number(number))
            .first { $0.text(0) }
    }

    /// Marks a tenant.
    static func begin(_ number: Int32, from source: String, _ connection: PostgresConnection) throws {
        try connection.query(
            "INSERT INTO unfinished_copy (tenant, source) VALUES ($1, $2)",
            .number(number),
            .text(source)
        )
    }

    /// Takes the mark away.
    static func end(_ number: Int32, _ connection: PostgresConnection) throws {
        try connection.query("DELETE FROM unfinished_copy WHERE tenant = $1", .number(number))
    }
}
#endif
