import Foundation
import FreshetCore
import FreshetPostgres
import FreshetServer
import FreshetStorage

/// The stores that the settings name.
extension ServeSettings {
    /// Opens the store of a tenant for its server, and makes it where there is none.
    /// - Throws: ``FreshetError``: when it cannot be opened, and of kind `conflict` for an empty one in PostgreSQL beside a
    ///   database of SQLite, whose versions it would not fit.
    func openStore(of tenant: Tenant) throws -> TenantStore {
        let folder = tenant.folder(in: data)
        #if PostgreSQL
        if !postgres.address.isEmpty {
            let store = try PostgresStore.open(postgres, tenant: tenant, isServer: true)
            guard store.newestOffset > 0 || !StoreReader.isDataFolder(folder) else {
                store.close()
                throw FreshetError(
                    .conflict,
                    "'\(folder)' has a database of SQLite, and PostgreSQL knows nothing of this shop yet.",
                    remedy: "Bring the one into the other with 'freshet copy --from \(folder) --to ADDRESS', or name "
                        + "another folder with --data."
                )
            }
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            return TenantStore(store) { store.close() }
        }
        #endif
        let store = try SQLiteStore.open(folder: folder, tenant: tenant, configuration: storage)
        return TenantStore(store) { try store.close() }
    }

    /// Deletes what the store of a tenant keeps elsewhere than in its folder; nobody may have it open.
    func eraseStore(of tenant: Tenant) throws {
        #if PostgreSQL
        if !postgres.address.isEmpty { try PostgresStore.delete(tenant, of: postgres) }
        #endif
    }
}
