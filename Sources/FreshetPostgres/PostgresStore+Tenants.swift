#if PostgreSQL
import FreshetCore
import FreshetStorage

extension PostgresStore {
    /// The tenants of a schema, in the order of their names.
    /// - Throws: ``FreshetError`` when PostgreSQL cannot be reached or refuses.
    public static func tenants(of configuration: Configuration) throws -> [Tenant] {
        let names = try Retries(seconds: configuration.retrySeconds).run {
            let connection = try configuration.connect()
            try PostgresMigrations.migrate(connection, schema: configuration.schema)
            return try connection.query("SELECT name FROM tenant ORDER BY name").map { $0.text(0) ?? "" }
        }
        return try names.map { try Tenant($0) }
    }

    /// Deletes all that is kept of a tenant, which nobody must have open.
    /// - Throws: ``FreshetError`` when PostgreSQL cannot be reached or refuses; all of it is there then.
    public static func delete(_ tenant: Tenant, of configuration: Configuration) throws {
        try Retries(seconds: configuration.retrySeconds).run {
            let connection = try configuration.connect()
            try connection.execute("BEGIN")
            let name = PostgresValue.text(tenant.name)
            guard
                let number = try connection.query("SELECT number FROM tenant WHERE name = $1", name)
                    .first({ $0.integer(0) })
            else { return }
            try deleteRows(of: .integer(number), connection)
            for table in ["head", "unfinished_copy"] {
                try connection.query("DELETE FROM \(table) WHERE tenant = $1", .integer(number))
            }
            try connection.query("DELETE FROM tenant WHERE number = $1", .integer(number))
            try connection.execute("COMMIT")
        }
    }

    /// Deletes a tenant's rows of all tables but those that say that it is there.
    static func deleteRows(of tenant: PostgresValue, _ connection: PostgresConnection) throws {
        for table in StoredTable.all.map(\.name) + ["user_change", "writer", "note"] {
            try connection.query("DELETE FROM \(table) WHERE tenant = $1", tenant)
        }
    }
}
#endif
