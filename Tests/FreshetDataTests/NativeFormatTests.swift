import Foundation
import FreshetCore
import Testing

@testable import FreshetData

@Suite struct NativeFormatTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func readsAFolder() throws {
        try folder.write(
            #"{"id":"y","title":"Lamp","tags":["red"]}"# + "\n" + #"{"title":"no id"}"# + "\n" + #"{"id":"y"}"# + "\n",
            to: "items.jsonl"
        )
        try folder.write(#"{"id":"b","attributes":{"age":3}}"# + "\n", to: "users.jsonl")
        try folder.write(
            """
            {"user":"a","item":"x","type":"purchase","time":30}
            {"user":"a","item":"y","time":"1970-01-01T00:00:20Z","value":2}
            {"user":"a","item":"y","time":20,"type":"cart"}
            """,
            to: "events.jsonl"
        )
        let result = try DatasetReader().read(path: folder.path)
        let dataset = result.dataset
        #expect(result.format == "jsonl")
        #expect(Array(dataset.items.identifiers) == ["y", "x"])
        #expect(Array(dataset.users.identifiers) == ["b", "a"])
        #expect(dataset.histories.offsets == [0, 0, 3])
        #expect(dataset.histories.items.map(\.position) == [0, 0, 1])
        #expect(dataset.histories.times == [20, 20, 30])
        #expect(dataset.eventTypes == ["purchase", "view", "cart"])
        #expect(dataset.histories.types == [1, 2, 0])
        #expect(dataset.histories.values[0] == 2)
        #expect(dataset.histories.values[1].isNaN)
        #expect(dataset.itemDetails == [Item(id: "y", title: "Lamp", tags: ["red"]), Item(id: "x")])
        #expect(dataset.userDetails == [User(id: "b", attributes: ["age": .number(3)]), User(id: "a")])
        #expect(result.report.count(of: .malformedLine) == 1)
        #expect(result.report.count(of: .repeatedDetails) == 1)
    }

    @Test func booleansStayBooleans() throws {
        let line = #"{"id":"x","attributes":{"new":true,"old":false,"one":1}}"#
        try folder.write(line + "\n", to: "items.jsonl")
        try folder.write(#"{"user":"a","item":"x"}"#, to: "events.jsonl")
        let dataset = try DatasetReader().read(path: folder.path).dataset
        #expect(dataset.itemDetails[0].attributes == ["new": .flag(true), "old": .flag(false), "one": .number(1)])
        try DatasetWriter().write(dataset, to: folder.path + "/again")
        let written = try String(contentsOfFile: folder.path + "/again/items.jsonl", encoding: .utf8)
        #expect(written.contains("true") && written.contains("false"))
        #expect(try DatasetReader().read(path: folder.path + "/again").dataset.itemDetails == dataset.itemDetails)
    }

    /// A line with a text and no item is a search; beside an item a text says nothing, and a user may do nothing but search.
    @Test func searchesComeBack() throws {
        let lines = [
            #"{"user":"a","item":"x","text":"a review"}"#, #"{"user":"b","text":"red \"kettle\"","time":5}"#,
            #"{"user":"a","type":"search","text":"mug","id":"s"}"#, #"{"user":"a","text":"mug","id":"s"}"#,
            #"{"user":"a","text":"  "}"#, #"{"user":"a","type":"view","text":"x"}"#,
        ]
        try folder.write(lines.joined(separator: "\n"), to: "events.jsonl")
        let result = try DatasetReader().read(path: folder.path)
        let dataset = result.dataset
        #expect(dataset.histories.eventCount == 1 && Array(dataset.users.identifiers) == ["a", "b"])
        #expect(
            dataset.searches == [
                Dataset.Search(user: UserIndex(1), text: "red \"kettle\"", time: 5),
                Dataset.Search(user: UserIndex(0), text: "mug", time: nil),
            ]
        )
        #expect(result.report.count(of: .repeatedEvent) == 1 && result.report.count(of: .malformedLine) == 2)
        try DatasetWriter().write(dataset, to: folder.path + "/again")
        #expect(try DatasetReader().read(path: folder.path + "/again").dataset.searches == dataset.searches)
    }

    @Test func sessionsComeBack() throws {
        let lines = [
            #"{"user":"a","item":"x","session":"s \"1\""}"#, #"{"user":"a","item":"y"}"#,
            #"{"session":"7","item":"x"}"#,
        ]
        try folder.write(lines.joined(separator: "\n"), to: "events.jsonl")
        var dataset = try DatasetReader().read(path: folder.path).dataset
        for _ in 0..<2 {
            #expect(Array(dataset.users.identifiers) == ["a", "session:7"])
            let sessions = (0..<3).map { row in dataset.histories.session(at: row).map { dataset.sessions[$0] } }
            #expect(sessions == [#"s "1""#, nil, "7"])
            try DatasetWriter().write(dataset, to: folder.path + "/again")
            dataset = try DatasetReader().read(path: folder.path + "/again").dataset
        }
    }

    /// A line that has only one field beside the id takes the same way as any other.
    @Test(arguments: [
        #""title":"t""#, #""text":"t""#, #""categories":["c"]"#, #""tags":["t"]"#, #""attributes":{"a":1}"#,
        #""vectors":{"clip":[0.5,-1]}"#, #""available":false"#, #""created_at":1700000000"#,
    ])
    func keepsEveryFieldOfAnItem(field: String) throws {
        let line = "{\"id\":\"x\",\(field)}"
        try folder.write(line + "\n", to: "items.jsonl")
        try folder.write(#"{"user":"a","item":"x"}"#, to: "events.jsonl")
        let dataset = try DatasetReader().read(path: folder.path).dataset
        #expect(try dataset.itemDetails == [JSONDecoder().decode(Item.self, from: Data(line.utf8))])
        #expect(dataset.itemDetails != [Item(id: "x")])
        try DatasetWriter().write(dataset, to: folder.path + "/again")
        #expect(try DatasetReader().read(path: folder.path + "/again").dataset.itemDetails == dataset.itemDetails)
        let catalogue = try folder.write("a x\n", to: "pairs.txt")
        var options = ImportOptions()
        options.catalogue = folder.path + "/items.jsonl"
        #expect(try DatasetReader(options: options).read(path: catalogue).dataset.itemDetails == dataset.itemDetails)
    }

    @Test func theFieldsOfAnItemAreThoseOfItsForm() {
        #expect(Item.fieldNames.first == "id" && User.fieldNames == ["id", "attributes"])
        #expect(Item.fieldNames.contains("created_at") && Item.fieldNames.count == 9)
    }

    @Test func objectsWithNumbersForUsersAreATable() throws {
        let path = try folder.write("{\"user\":5,\"item\":7,\"time\":1714564800000}\n", to: "log.json")
        let result = try DatasetReader().read(path: path)
        #expect(result.format == "json" && Array(result.dataset.users.identifiers) == ["5"])
        #expect(result.dataset.histories.times == [1_714_564_800])
    }

    @Test func readsPackedFiles() throws {
        // {"user":"a","item":"x"} and a line end, by gzip.
        let packed = try #require(Data(base64Encoded: "H4sIAAAAAAACA6tWKi1OLVKyUkpU0lHKLEnNBTIrlGq5AKucf3MYAAAA"))
        try folder.write(packed, to: "events.jsonl.gz")
        #expect(try DatasetReader().read(path: folder.path).dataset.users.count == 1)
        #expect(try DatasetReader().read(path: folder.path + "/events.jsonl.gz").format == "jsonl")
    }

    @Test func countsAnEventIdOnce() throws {
        let path = try folder.write(
            #"{"user":"a","item":"x","id":"e1"}"# + "\n" + #"{"user":"b","item":"y","id":"e1"}"# + "\n"
                + #"{"user":"b","item":"y","id":"e2"}"# + "\n" + #"{"user":"b","item":"y"}"# + "\n",
            to: "events.jsonl"
        )
        let report = try DatasetReader().read(path: path).report
        #expect(report.count(of: .repeatedEvent) == 1)
        #expect(report.eventsKept == 3)
    }

    @Test func readsWhatItWrites() throws {
        let dataset = Dataset(
            users: IdentifierTable(["u\"1\\", "é\u{1}", "nobody"]),
            items: IdentifierTable(["東京/x", "y"]),
            eventTypes: ["view", "buy \"it\""],
            histories: Histories(
                offsets: [0, 3, 4, 4],
                items: [1, 0, 1, 0].map { ItemIndex($0) },
                times: [-5, 3, 3.007, 1_700_000_000.25],
                types: [0, 1, 0, 1],
                values: [0.1, 3e-9, -2, 1e30]
            ),
            itemDetails: [Item(id: "東京/x", title: "T", attributes: ["a": .texts(["b"])]), Item(id: "y")],
            userDetails: [User(id: "u\"1\\"), User(id: "é\u{1}", attributes: ["n": .number(1.5)]), User(id: "nobody")]
        )
        try DatasetWriter().write(dataset, to: folder.path + "/new/folder")
        var options = ImportOptions()
        options.timeRange = -10...2_000_000_000
        let read = try DatasetReader(options: options).read(path: folder.path + "/new/folder").dataset
        #expect(read.histories == dataset.histories)
        #expect(read.users == dataset.users)
        #expect(read.items == dataset.items)
        #expect(read.itemDetails == dataset.itemDetails)
        #expect(read.userDetails == dataset.userDetails)
        #expect(read.eventTypes == dataset.eventTypes)
    }

    @Test func reportsAFullDisk() throws {
        let folder = try TemporaryFolder()
        let partial = "\(folder.path)/events.jsonl.\(ProcessInfo.processInfo.processIdentifier).partial"
        try folder.write("old", to: "events.jsonl")
        // The device /dev/full takes nothing, like a full disk.
        try FileManager.default.createSymbolicLink(atPath: partial, withDestinationPath: "/dev/full")
        let writer = try FileWriter(path: folder.path + "/events.jsonl")
        let error = #expect(throws: FreshetError.self) {
            try writer.write([UInt8](repeating: 1, count: 10))
            try writer.finish()
        }
        #expect(error?.kind == .external)
        #expect(error?.message.contains("No space left") == true)
        #expect(try String(contentsOfFile: folder.path + "/events.jsonl", encoding: .utf8) == "old")
    }

    @Test func reportsAFolderThatCannotBeMade() throws {
        let file = try folder.write("x", to: "file")
        let error = #expect(throws: FreshetError.self) {
            try DatasetWriter().write(
                Dataset(users: IdentifierTable(), items: IdentifierTable(), histories: Histories()),
                to: file + "/folder"
            )
        }
        #expect(error?.kind == .external)
    }
}
