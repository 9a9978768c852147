import Foundation
import Testing

@Suite struct ImportTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    static let table = "customer;sku;when\nu1;a;01/05/2024 12:00\nu1;b;01/05/2024 12:01\nNULL;c;01/05/2024 12:02\n"
    static let options = ["--columns", "user=customer,item=sku,time=when", "--time-format", "%d/%m/%Y %H:%M"]

    @Test func aPreviewShowsWhatIsUnderstoodAndWritesNothing() throws {
        try folder.write(Self.table, to: "shop.csv")
        let before = try folder.names()
        let preview = try Executable.run(["import", "--data", "shop.csv", "--preview"] + Self.options, in: folder)
        #expect(preview.code == 0, "\(preview.errors)")
        for words in [
            "fields by semicolons", "user = customer", "as %d/%m/%Y %H:%M", "2024-05-01T12:01:00Z",
            "dropped 1: empty id",
            "Nothing was written",
        ] { #expect(preview.output.contains(words), "\(words): \(preview.output)") }
        #expect(try folder.names() == before)

        let json = try Executable.run(
            ["import", "--data", "shop.csv", "--preview", "--json"] + Self.options,
            in: folder
        )
        let events = try #require(try json.json()["events"] as? [[String: Any]])
        #expect(events.map { $0["item"] as? String } == ["a", "b"] && events[0]["time"] as? Int == 1_714_564_800)
        #expect(try folder.freshet("import", "--data", "shop.csv").code == 64)
        #expect(try folder.freshet("import", "--data", "shop.csv", "--preview", "--output", "out").code == 64)
    }

    @Test func aRefusalNamesTheOption() throws {
        try folder.write(Self.table, to: "shop.csv")
        let columns = try folder.freshet("import", "--data", "shop.csv", "--output", "out")
        #expect(columns.code == 64 && columns.errors.contains("customer, sku, when") == false, "\(columns.errors)")
        let times = try folder.freshet(
            "import",
            "--data",
            "shop.csv",
            "--columns",
            "item=sku,time=when",
            "--output",
            "out"
        )
        #expect(times.code == 64 && times.errors.contains("--time-format") && times.errors.contains("01/05/2024 12:00"))
        try folder.write("who;what\n7;8\n", to: "shop.csv")
        let unknown = try folder.freshet("import", "--data", "shop.csv", "--output", "out")
        #expect(unknown.code == 64 && unknown.errors.contains("who, what") && unknown.errors.contains("--columns"))
        #expect(!folder.exists("out"))
    }

    @Test(arguments: ["cat shop.csv", "gzip -c shop.csv", "cat big.csv", "gzip -c big.csv"])
    func standardInputIsAFileToo(command: String) throws {
        try folder.write(Self.table, to: "shop.csv")
        // More than what is looked at before reading begins.
        let rows = (0..<20_000).map { "u\($0 % 97);i\($0 % 89);01/05/2024 12:00" }
        try folder.write("customer;sku;when\n" + rows.joined(separator: "\n") + "\n", to: "big.csv")
        let arguments = ([Executable.path, "import", "--data", "-", "--json", "--output", "out"] + Self.options)
            .map { "'\($0)'" }.joined(separator: " ")
        let result = try Executable.run(["-c", "\(command) | \(arguments)"], of: "/bin/sh", in: folder)
        #expect(result.code == 0, "\(result.errors)")
        let report = try #require(try result.json()["report"] as? [String: Any])
        #expect(report["eventsKept"] as? Int == (command.contains("big") ? 20_000 : 2))
    }

    @Test func statisticsWarnOfARobot() throws {
        let people = (0..<50).map { "u\($0),i\($0)\n" }.joined()
        try folder.write("user,item\n" + people + (0..<20).map { "bot,i\($0)\n" }.joined(), to: "log.csv")
        let stats = try folder.freshet("stats", "--data", "log.csv")
        #expect(
            stats.code == 0 && stats.errors.contains("warning: user 'bot' has 20 of the 70 events"),
            "\(stats.errors)"
        )
    }
}
