import FreshetCore
import FreshetData

extension StoreContract {
    func keepsTenantsApart(_ store: any EngineStore, in folder: String) async throws {
        let tenant = try Tenant("other-shop")
        let other = try await open(folder, tenant)
        try require(store.tenant == .default && other.tenant == tenant, "'\(store.tenant)' and '\(other.tenant)'")
        let event = Event(user: "ann", item: "tea", time: 1, id: "e1", recommendationID: "r1")
        for store in [store, other] {
            let receipt = try await store.append([event])
            try require(receipt.events.map(\.offset) == [1], "the first event of '\(store.tenant)' is \(receipt)")
        }
        try await store.put([Item(id: "cup")])
        try await store.put([User(id: "bob")])
        try await store.record([Impression(id: "r1", user: "ann", time: 1, model: ModelVersion(1), items: [])])
        try await store.put(VersionRecord(version: ModelVersion(1), state: .live, created: 1, offset: 1))
        try await store.setSetting("key/a", to: "1")
        let (item, user) = try await (other.item("cup"), other.user("bob"))
        let (impression, setting) = try await (other.impression("r1"), other.setting("key/a"))
        let versions = try await other.versions()
        try require(
            item == nil && user == nil && impression == nil && setting == nil && versions.isEmpty,
            "a tenant sees \([item as Any, user as Any, impression as Any, setting as Any, versions])"
        )
        _ = try await store.eraseUser("ann")
        let left = try await other.fetchNewestEvents(of: UserIndex(0), limit: 9).map(\.offset)
        try require(
            other.eventCount() == 1 && left == [1] && other.vocabulary.id(of: UserIndex(0)) == "ann",
            "an erasure took another tenant's events"
        )
    }
}
