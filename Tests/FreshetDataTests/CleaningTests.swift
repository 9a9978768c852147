import Foundation
import FreshetCore
import Testing

@testable import FreshetData

@Suite struct CleaningTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func read(_ text: String, _ change: (inout ImportOptions) -> Void = { _ in }) throws -> ImportResult {
        var options = ImportOptions()
        change(&options)
        return try DatasetReader(options: options).read(
            path: folder.write(text, to: "events"),
            format: text.contains(",") ? "csv" : "pairs"
        )
    }

    func events(_ dataset: Dataset) -> [String] {
        (0..<dataset.users.count).flatMap { user in
            dataset.histories[UserIndex(user)].items.map { "\(dataset.users[user])-\(dataset.items[$0.position])" }
        }
    }

    static let table = "user,item,time,value\na,x,3,1\na,y,2,5\nb,x,2,5\na,x,1,4\n"

    @Test func ordersByTimeAndThenByFile() throws {
        let text =
            "user,item,time\n"
            + [(5, "e"), (1, "b"), (5, "f"), (1, "a"), (3, "d"), (1, "c")].map {
                "u,\($0.1),\($0.0)\n"
            }.joined()
        #expect(events(try read(text).dataset) == ["u-b", "u-a", "u-c", "u-d", "u-e", "u-f"])
    }

    @Test func appliesTheDuplicatePolicy() throws {
        #expect(events(try read(Self.table).dataset) == ["a-x", "a-y", "a-x", "b-x"])
        let first = try read(Self.table) { $0.duplicates = .keepFirst }
        #expect(events(first.dataset) == ["a-x", "a-y", "b-x"])
        #expect(first.report.count(of: .duplicate) == 1)
        #expect(first.report.drops[0].examples[0].detail == "user 'a' on item 'x'")
        #expect(events(try read(Self.table) { $0.duplicates = .keepLast }.dataset) == ["a-y", "a-x", "b-x"])
    }

    @Test func dropsByTimeAndValue() throws {
        let late = try read(Self.table) { $0.timeRange = 2...3 }
        #expect(events(late.dataset) == ["a-y", "a-x", "b-x"])
        #expect(late.report.count(of: .timeOutOfRange) == 1)
        let good = try read(Self.table) { $0.minimumValue = 4 }
        #expect(events(good.dataset) == ["a-x", "a-y", "b-x"])
        #expect(good.report.count(of: .valueBelowMinimum) == 1)
        #expect(good.report.drops[0].examples[0].line == 2)
    }

    @Test func dropsEventsWithoutTimeAmongOthers() throws {
        let result = try read("user,item,time\na,x,\na,y,5\nb,z,\n")
        #expect(events(result.dataset) == ["a-y"])
        #expect(result.report.count(of: .missingTime) == 2)
        #expect(result.dataset.users.count == 1)
    }

    @Test func dropsUnknownItems() throws {
        let catalogue = try folder.write("item,title\nx,X\nw,W\n", to: "items.csv")
        let kept = try read("a x\na y\n") { $0.catalogue = catalogue }
        #expect(Array(kept.dataset.items.identifiers) == ["x", "w", "y"])
        let dropped = try read("a x\na y\n") {
            $0.catalogue = catalogue
            $0.unknownItems = .drop
        }
        #expect(Array(dropped.dataset.items.identifiers) == ["x", "w"])
        #expect(dropped.report.count(of: .unknownItem) == 1)
        let seen = try read("a x\na y\n") {
            $0.catalogue = catalogue
            $0.itemCore = 1
        }
        #expect(Array(seen.dataset.items.identifiers) == ["x", "y"])
        #expect(seen.dataset.itemDetails.map(\.title) == ["X", nil])
    }

    @Test func keepsTheCore() throws {
        // d has one event, w goes with it, then c falls below two, and then y.
        let text = "a x\nb x\na z\nb z\nc y\nc w\nd w\na y\n"
        let result = try read(text) { ($0.userCore, $0.itemCore) = (2, 2) }
        #expect(events(result.dataset) == ["a-x", "a-z", "b-x", "b-z"])
        #expect(Array(result.dataset.items.identifiers) == ["x", "z"])
        #expect(result.report.count(of: .userCore) + result.report.count(of: .itemCore) == 4)
        #expect(result.report.usersKept == 2)
    }

    @Test func coreAgreesWithTheDefinition() throws {
        var generator = TestGenerator(seed: 31)
        for _ in 0..<40 {
            var pairs = (0..<120).map { _ in
                (Int.random(in: 0..<25, using: &generator), Int.random(in: 0..<25, using: &generator))
            }
            let text = pairs.map { "u\($0.0) i\($0.1)\n" }.joined()
            while true {
                let users = Dictionary(grouping: pairs, by: \.0).mapValues(\.count)
                let items = Dictionary(grouping: pairs, by: \.1).mapValues(\.count)
                let rest = pairs.filter { users[$0.0]! >= 5 && items[$0.1]! >= 4 }
                if rest.count == pairs.count { break }
                pairs = rest
            }
            let kept = try? read(text) { ($0.userCore, $0.itemCore) = (5, 4) }.dataset
            #expect((kept.map(events) ?? []).sorted() == pairs.map { "u\($0.0)-i\($0.1)" }.sorted())
        }
    }

    @Test func dropsShortHistories() throws {
        let result = try read("a x\nb x\na y\n") { $0.minimumHistory = 2 }
        #expect(events(result.dataset) == ["a-x", "a-y"])
        #expect(result.report.count(of: .shortHistory) == 1)
    }

    @Test func strictFailsAtTheLine() throws {
        let error = #expect(throws: FreshetError.self) { try read("a x\nb\n") { $0.strict = true } }
        #expect(error?.kind == .invalidData)
        #expect(error?.message.contains("events, line 2") == true)
        // What a filter drops is no fault of the input.
        #expect(try read(Self.table) { ($0.strict, $0.minimumValue) = (true, 4) }.report.eventsKept == 3)
    }

    @Test func refusesOptionsOutOfRange() {
        #expect(throws: FreshetError.self) { try read("a x\n") { $0.userCore = -1 } }
        #expect(throws: FreshetError.self) { try read("a x\n") { $0.minimumValue = .nan } }
    }

    @Test func reportIsReadableAndCodable() throws {
        let report = try read("a x\nb\nc y\n") { $0.strict = false }.report
        #expect(
            report.description == """
                2 events of 2 users on 2 items kept, from 3 lines.
                  dropped 1: malformed line
                    events:2: not two fields
                """
        )
        #expect(try JSONDecoder().decode(CleaningReport.self, from: JSONEncoder().encode(report)) == report)
    }
}
