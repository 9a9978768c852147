import FreshetCore
import FreshetStorage
import Testing

/// A database says whose it is.
@Suite struct TenantTests {
    private let folder: StorageFolder
    private let path: String
    private let tenant: Tenant

    init() throws {
        folder = try StorageFolder()
        tenant = try Tenant("shop-1")
        path = tenant.folder(in: folder.path)
    }

    @Test func aTenantsFolderIsNobodyElses() async throws {
        do {
            let store = try SQLiteStore.open(folder: path, tenant: tenant)
            _ = try await store.append([Event(user: "u", item: "i", time: 1)])
            #expect(store.tenant == tenant && store.folder == folder.path("tenants/shop-1"))
            try store.close()
        }
        for other in try [Tenant.default, Tenant("shop-2")] {
            let error = await failure { _ = try SQLiteStore.open(folder: path, tenant: other) }
            #expect(error?.kind == .conflict && error?.message.contains("belongs to the tenant 'shop-1'") == true)
        }
        // Whoever only has the folder is told.
        let store = try SQLiteStore.open(folder: path)
        #expect(store.tenant == tenant && store.eventCount() == 1)
    }

    /// A shop with a folder of its own moves in with others by moving its folder.
    @Test func aFolderThatNamesNobodyTakesTheNameItIsOpenedUnder() async throws {
        do {
            let store = try SQLiteStore.open(folder: path)
            #expect(store.tenant == .default)
            _ = try await store.append([Event(user: "u", item: "i", time: 1)])
            try store.close()
        }
        do {
            let store = try SQLiteStore.open(folder: path, tenant: tenant)
            #expect(store.tenant == tenant && store.eventCount() == 1)
            try store.close()
        }
        #expect(try SQLiteStore.open(folder: path).tenant == tenant)
    }

    @Test(arguments: ["", "Shop", "a/b", "..", "-a", "a_b", "é", String(repeating: "a", count: 64)])
    func unsoundNamesAreRefused(name: String) {
        #expect(throws: FreshetError.self) { try Tenant(name) }
    }

    @Test(arguments: ["a", "0", "shop-2", String(repeating: "a", count: 63)])
    func soundNamesAreTaken(name: String) throws {
        #expect(try Tenant(name).folder(in: "data") == "data/tenants/\(name)")
        #expect(Tenant.default.folder(in: "data") == "data")
    }
}
