import Foundation
import FreshetCore

/// The folders of a server's tenants: `tenants/NAME` in its data folder.
struct TenantFolders: Sendable {
    private static let discarded = ".deleted-"

    /// The data folder.
    let data: String

    private var all: String { data + "/tenants" }

    func folder(of tenant: Tenant) -> String { tenant.folder(in: data) }

    /// Whether there is a folder of the tenant.
    func has(_ tenant: Tenant) -> Bool { FileManager.default.fileExists(atPath: folder(of: tenant)) }

    /// The tenants that have one, in the order of their names.
    var tenants: [Tenant] {
        names.sorted().compactMap { try? Tenant($0) }.filter { $0 != .default }
    }

    private var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: all)) ?? [] }

    /// Deletes a tenant's folder.
    ///
    /// It loses its name first, in one step: who is interrupted here leaves no half of a shop, and ``deleteRemains()`` goes
    /// on.
    /// - Throws: ``FreshetError`` of kind `external` when the disk does not let it.
    func delete(_ tenant: Tenant) throws {
        let doomed = "\(all)/\(Self.discarded)\(tenant.name)-\(UUID().uuidString)"
        do {
            try FileManager.default.moveItem(atPath: folder(of: tenant), toPath: doomed)
            try FileManager.default.removeItem(atPath: doomed)
        } catch let error as CocoaError {
            throw FreshetError(.external, "The folder of '\(tenant)' cannot be deleted: \(error.localizedDescription)")
        }
    }

    /// Deletes what an interrupted deletion has left.
    func deleteRemains() {
        for name in names where name.hasPrefix(Self.discarded) {
            try? FileManager.default.removeItem(atPath: all + "/" + name)
        }
    }
}
