import Foundation
import Testing

@testable import freshet

/// What `freshet tenants` makes of the server's answers.
@Suite struct TenantsCommandTests {
    @Test func readsTheReceiptOfADeletion() throws {
        let receipt = #"""
            {"deleted":{"bytes":700,"events":12,"items":7,"users":2,"versions":1,"waiting":0},"name":"books","time":5}
            """#
        let deleted = try JSONDecoder().decode(DeletedTenant.self, from: Data(receipt.utf8))
        #expect(deleted.words == "Deleted books: 12 events, 7 items, 2 users, 1 versions, 700 bytes.")
    }
}
