import FreshetCore
import GRDB

extension SQLiteStore {
    private static let tenantName = "store.tenant"

    /// Whose database it is: the tenant that it names, the default one where it names none.
    ///
    /// One that names nobody and is opened for another tenant, such as a shop's of its own that was moved into a folder of
    /// several, names that tenant from then on.
    static func owner(of db: Database, wanted: Tenant?, path: String) throws -> Tenant {
        let kept = try RawStatement(db, "SELECT value FROM setting WHERE name = '\(tenantName)'")
        var name: String?
        try kept.forEachRow {
            name = kept.text(0)
            return false
        }
        if let name {
            let owner = try Tenant(name)
            guard wanted == nil || wanted == owner else {
                throw FreshetError(
                    .conflict,
                    "The database '\(path)' belongs to the tenant '\(owner)'.",
                    remedy:
                        "A tenant's folder is tenants/NAME in the data folder, the default one's the data folder itself."
                )
            }
            return owner
        }
        guard let wanted, wanted != .default else { return .default }
        let naming = try RawStatement(db, "INSERT INTO setting (name, value) VALUES ('\(tenantName)', ?)")
        naming.bind(1, wanted.name)
        try naming.run()
        return wanted
    }
}
