#if PostgreSQL
import Foundation
import FreshetCore
import FreshetPostgres
import FreshetTestSupport
import Testing

@Suite struct PostgresContractTests {
    @Test(arguments: StoreContract.Rule.allCases)
    func keeps(_ rule: StoreContract.Rule) async throws {
        let server = try PostgresServer.shared.get()
        let contract = StoreContract("PostgreSQL") { folder, tenant in
            try server.open("c" + folder.suffix(36).filter { $0 != "-" }, tenant)
        }
        #expect(try await contract.violation(of: rule) == nil)
    }
}
#endif
