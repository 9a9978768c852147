import FreshetCore
import FreshetStorage
import FreshetTestSupport
import Testing

@Suite struct StoreContractTests {
    @Test(arguments: StoreContract.Rule.allCases, SQLiteStore.Synchronous.allCases)
    func keeps(_ rule: StoreContract.Rule, _ synchronous: SQLiteStore.Synchronous) async throws {
        let contract = StoreContract {
            let store = try SQLiteStore.temporary(configuration: .init(synchronous: synchronous))
            return (store, store.vocabulary)
        }
        let violation = try await contract.violation(of: rule)
        #expect(violation == nil)
    }
}
