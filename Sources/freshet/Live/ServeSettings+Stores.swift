import Foundation
import FreshetCore
import FreshetEngine
import FreshetPostgres
import FreshetServer
import FreshetStorage

/// The stores that the settings name.
extension ServeSettings {
    /// Opens the store of a tenant for its server, and makes it where there is none.
    ///
    /// A learner that shares its work waits here for as long as another has the lease.
    /// - Throws: ``FreshetError``: when it cannot be opened, and of kind `conflict` for one in PostgreSQL beside a database of
    ///   SQLite that was not copied there, whose versions it would not fit.
    func openStore(of tenant: Tenant) throws -> TenantStore {
        let folder = tenant.folder(in: data)
        #if PostgreSQL
        if !postgres.address.isEmpty {
            guard MovedStore.isMarked(folder) || !StoreReader.isDataFolder(folder) else {
                throw FreshetError(
                    .conflict,
                    "'\(folder)' has a database of SQLite, which was not copied to PostgreSQL.",
                    remedy: "Bring the one into the other with 'freshet copy --from \(folder) --to ADDRESS', or name "
                        + "another folder with --data."
                )
            }
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let wish: PostgresStore.LeaseWish =
                switch engine.cluster.role {
                case .all: .now
                case .learner: .whenFree
                case .server: .none
                }
            let store = try PostgresStore.open(postgres, tenant: tenant, lease: wish)
            return TenantStore(store, lease: store.leaseNumber ?? 0) { store.close() }
        }
        #endif
        let store = try SQLiteStore.open(folder: folder, tenant: tenant, configuration: storage)
        return TenantStore(store) { try store.close() }
    }

    /// Where what is learned goes from one process to others; `nil` where one does everything.
    /// - Throws: ``FreshetError`` when it is nowhere, or cannot be made.
    func sharedFolder() throws -> (any SharedFolder)? {
        let cluster = engine.cluster
        guard !cluster.folder.isEmpty else { return nil }
        guard cluster.folder.hasPrefix("s3://") else { return try LocalSharedFolder(cluster.folder) }
        return try S3Folder(
            cluster.folder,
            endpoint: cluster.endpoint,
            region: cluster.region,
            environment: ProcessInfo.processInfo.environment
        )
    }

    /// Makes the folders of the tenants that PostgreSQL knows, by which a server finds them: a data folder may be a new one.
    /// - Throws: ``FreshetError`` when PostgreSQL cannot be reached or refuses.
    func makeFoldersOfTenants() throws {
        #if PostgreSQL
        guard !postgres.address.isEmpty else { return }
        for tenant in try PostgresStore.tenants(of: postgres) where tenant != .default {
            let folder = tenant.folder(in: data)
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        #endif
    }

    /// Deletes what the store of a tenant keeps elsewhere than in its folder; nobody may have it open.
    func eraseStore(of tenant: Tenant) throws {
        #if PostgreSQL
        if !postgres.address.isEmpty { try PostgresStore.delete(tenant, of: postgres) }
        #endif
    }
}
