import FreshetCore
import FreshetStorage
import FreshetTestSupport
import Testing

@Suite struct StoreContractTests {
    /// Every kind of store there is, a row each.
    private static let stores = [
        sqlite("SQLite on the operating system's word", .operatingSystem), sqlite("SQLite on the disk's word", .disk),
    ]

    private static func sqlite(_ name: String, _ synchronous: SQLiteStore.Synchronous) -> StoreContract {
        StoreContract(name) { folder, tenant in
            try SQLiteStore.open(
                folder: tenant.folder(in: folder),
                tenant: tenant,
                configuration: .init(synchronous: synchronous)
            )
        }
    }

    @Test(arguments: StoreContract.Rule.allCases, stores)
    func keeps(_ rule: StoreContract.Rule, _ store: StoreContract) async throws {
        #expect(try await store.violation(of: rule) == nil)
    }
}
