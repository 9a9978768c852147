import Foundation
import Testing

/// `freshet recommend --filter` over a snapshot.
@Suite struct RecommendFilterTests {
    @Test func recommendsOnlyWhatTheFilterLetsThrough() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path("shop"), withIntermediateDirectories: true)
        let items = (0..<8).map { #"{"id":"i\#($0)","attributes":{"price":\#($0)}}"# }
        try folder.write(items.joined(separator: "\n") + "\n", to: "shop/items.jsonl")
        try folder.write(#"{"id":"u0","attributes":{"budget":3}}"# + "\n", to: "shop/users.jsonl")
        let events = (0..<40).map { #"{"user":"u\#($0 % 5)","item":"i\#($0 * 3 % 8)","time":\#(1_600_000_000 + $0)}"# }
        try folder.write(events.joined(separator: "\n") + "\n", to: "shop/events.jsonl")
        let trained = try folder.freshet("train", "--model", "popularity", "--data", "shop", "--output", "model")
        #expect(trained.code == 0, "\(trained.errors)")

        func lists(_ filter: String) throws -> [String: Set<String>] {
            let run = try folder.freshet(
                "recommend",
                "--snapshot",
                "model",
                "--all-users",
                "--include-seen",
                "--filter",
                filter
            )
            #expect(run.code == 0, "\(run.errors)")
            let lines = run.output.split(separator: "\n").map {
                $0.split(separator: "\t", omittingEmptySubsequences: false)
            }
            return Dictionary(
                uniqueKeysWithValues: lines.map { (String($0[0]), Set($0[1].split(separator: ",").map(String.init))) }
            )
        }
        let cheap = try lists("attributes.price < 3")
        #expect(cheap.count == 5 && cheap.values.allSatisfy { $0 == ["i0", "i1", "i2"] }, "\(cheap)")
        let own = try lists("attributes.price <= user.budget")
        #expect(own["u0"] == ["i0", "i1", "i2", "i3"] && own["u1"]?.isEmpty == true, "\(own)")
        let wrong = try folder.freshet("recommend", "--snapshot", "model", "--all-users", "--filter", "price < 3")
        #expect(wrong.code == 64 && wrong.errors.contains("character 1") && wrong.errors.contains("attributes.price"))
    }
}
