import Foundation
import FreshetCore
import FreshetData
import Testing

/// Tables as people have them: read as what they are, or refused with what was seen.
@Suite struct TableLookTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func read(_ text: String, _ options: ImportOptions = ImportOptions(), format: String? = nil) throws -> ImportResult
    {
        try DatasetReader(options: options).read(path: folder.write(text, to: "log"), format: format)
    }

    func refusal(_ text: String, _ options: ImportOptions = ImportOptions(), format: String? = nil) -> FreshetError? {
        #expect(throws: FreshetError.self) { try read(text, options, format: format) }
    }

    /// The users, items and times of what is read.
    func events(_ result: ImportResult) -> [String] {
        let dataset = result.dataset
        return (0..<dataset.users.count).flatMap { user in
            let history = dataset.histories[UserIndex(user)]
            return history.items.indices.map { row in
                let time = history.times.isEmpty ? "" : " \(history.times[row])"
                return "\(dataset.users[user]) \(dataset.items[history.items[row].position])\(time)"
            }
        }
    }

    static let noon: Int64 = 1_714_564_800

    /// Three events with a blank and a colon in their times.
    static let rows = [
        ["user_id", "item_id", "event_time"], ["u0", "sku-0", "2024-05-01 12:00:00"],
        ["u1", "sku-1", "2024-05-01 12:00:01"],
        ["u0", "sku-1", "2024-05-01 12:00:02"],
    ]

    @Test(arguments: [",", ";", "\t", "|", "::", "\u{1}"], ["\n", "\r\n", "\r"])
    func readsAnySeparatorAndLineEnd(separator: String, end: String) throws {
        let text = Self.rows.map { $0.joined(separator: separator) + end }.joined()
        #expect(try events(read(text)) == ["u0 sku-0 1714564800", "u0 sku-1 1714564802", "u1 sku-1 1714564801"])
    }

    @Test func readsBlanksAndQuotes() throws {
        let blanks = "user  item  time\n" + (0..<3).map { "u\($0)   i\($0)  \(Self.noon)\n" }.joined()
        #expect(try events(read(blanks)) == (0..<3).map { "u\($0) i\($0) \(Self.noon)" })
        let quoted = "\"user\";\"item\"\n\"a;b\";\"x \"\"y\"\"\nz\"\n"
        #expect(try events(read(quoted)) == ["a;b x \"y\"\nz"])
        let wrapped = "user_id,item_id\r1,\"\"\"0X\"\"\"\r2,\"\"\"1X\"\"\"\r"
        #expect(try events(read(wrapped)) == ["1 0X", "2 1X"])
        #expect(try events(read("sep=;\nuser;item\na,b;x\n")) == ["a,b x"])
    }

    @Test(arguments: [
        ("userId", "itemId"), ("USER_ID", "ITEM_ID"), ("visitorid", "itemid"), ("customer_id", "article_id"),
        ("CustomerID", "StockCode"), ("Customer ID", "StockCode"), ("reviewerID", "asin"), ("session_id", "product_id"),
        ("User-ID", "ISBN"), ("user_id:token", "item_id:token"), ("userID", "artistID"), ("uid", "venueId"),
    ])
    func knowsTheNamesOfTheField(user: String, item: String) throws {
        let text = "\(item),x,\(user),timestamp\ni1,7,u1,\(Self.noon)\ni2,8,u1,\(Self.noon + 1)\n"
        #expect(try events(read(text)) == ["u1 i1 \(Self.noon)", "u1 i2 \(Self.noon + 1)"])
    }

    @Test func aColumnWithoutANameDoesNoHarm() throws {
        #expect(try events(read(",user_id,item_id\n0,u,x\n1,u,y\n")) == ["u x", "u y"])
        #expect(try events(read("user item\n1 u x\n2 u y\n", format: "csv")) == ["u x", "u y"])
        #expect(try events(read("user,item\nu,x,\nu,y,\n")) == ["u x", "u y"])
    }

    @Test func aFirstRowOfDataIsNoHeader() throws {
        let rows = "1,30,1.0,\(Self.noon)\n2,31,2.0,\(Self.noon + 60)\n"
        let result = try read(rows)
        #expect(events(result) == ["1 30 \(Self.noon)", "2 31 \(Self.noon + 60)"])
        #expect(result.dataset.histories.values == [1, 2])
        #expect(result.report.description.contains("no header"))
        // By position, if it is said; and by the values of the first row never.
        var options = ImportOptions()
        options.columns = ["user": "2", "item": "1"]
        #expect(try events(read(rows, options)) == ["30 1", "31 2"])
        options.columns = ["user": "1", "item": "30"]
        #expect(refusal(rows, options)?.remedy?.contains("no header") == true)
        // What may mean two things is not read.
        for text in ["1,30,7\n2,31,8\n", "a,b\nc,d\n", "1,2,3,4,5\n6,7,8,9,10\n"] {
            let error = refusal(text)
            #expect(error?.description.contains("--columns") == true, "\(text): \(String(describing: error))")
        }
        options = ImportOptions()
        options.header = .no
        options.columns = ["user": "1", "item": "2"]
        #expect(try events(read("user,item\na,b\n", options)) == ["user item", "a b"])
    }

    @Test(arguments: [
        "This folder holds the export of our shop.\nEach month is one file.\nPlease ask Kim.\n",
        "one two\nthree four\nfive six\n", "Hello world\n", "import os\nprint(1)\n", "{'user': 'a', 'item': 'b'}\n",
        "{\"review\": \"r0\", \"text\": \"good\"}\n", "{\"a\":1}\n{\"a\":2}\n", "# title\n\n- a b\n- c d\n",
        "1 204:1 7:1\n0 3:1\n",
        "a=1\nb=2\n", "<a>1</a>\n<b>2</b>\n", "u1 i1 i2\nu2 i3 i4\n",
    ])
    func refusesWhatIsNoLog(text: String) throws {
        let error = try #require(refusal(text))
        #expect(error.kind == .usage && error.message.contains("First line"), "\(error)")
        #expect(error.remedy?.isEmpty == false)
    }

    @Test func saysWhatWasSeen() {
        #expect(refusal("{'user': 'a'}\n")?.message.contains("Python") == true)
        #expect(refusal("{\"wer\":1,\"was\":2}\n")?.message.contains("wer, was") == true)
        #expect(refusal("wer;was\n1;2\n")?.description.contains("semicolons, with the columns wer, was") == true)
        #expect(refusal("1;2;3\n4;5;6\n")?.message.contains("3 columns without a header") == true)
    }

    // MARK: Times

    @Test(
        arguments: [
            (1_714_564_800, "seconds"), (1_714_564_800_000, "milliseconds"), (1_714_564_800_000_000, "microseconds"),
            (1_714_564_800_000_000_000, "nanoseconds"),
        ] as [(Int64, String)]
    )
    func recognizesUnits(noon: Int64, unit: String) throws {
        let result = try read("user,item,time\na,x,\(noon)\n")
        #expect(result.dataset.histories.times == [Timestamp(seconds: Self.noon)])
        #expect(result.report.notes.contains { $0.contains("\(unit) since 1970") })
    }

    @Test func reportsTheLinesOfAnotherUnit() throws {
        let text = "user,item,time\na,x,\(Self.noon)\na,y,\(Self.noon)000\na,z,\(Self.noon)\n"
        let report = try read(text).report
        #expect(report.eventsKept == 2 && report.count(of: .otherTimeUnit) == 1)
        #expect(report.drops.first?.examples.first?.line == 3)
    }

    @Test(arguments: ["5/1/2024 12:00:00 PM", "01/05/2024", "45413.5", "1 May 2024", "12:00:00"])
    func asksForTheFormOfTimes(time: String) {
        let error = refusal("user,item,time\na,x,\(time)\nb,y,\(time)\n")
        #expect(error?.kind == .usage && error?.message.contains(time) == true)
        #expect(error?.remedy?.contains("--time-format") == true)
    }

    @Test func readsTimesInTheirOrder() throws {
        var options = ImportOptions()
        options.timePattern = try TimePattern("%d/%m/%Y %H:%M")
        #expect(try events(read("user,item,time\na,x,01/05/2024 12:00\n", options)) == ["a x \(Self.noon)"])
        let milliseconds = ["third,730", "first,110", "fourth,980", "second,415"].map {
            "u,\($0.replacing(",", with: ",1714564800"))\n"
        }
        #expect(
            try events(read("user,item,time\n" + milliseconds.joined())).map { $0.split(separator: " ")[1] }
                == ["first", "second", "third", "fourth"]
        )
        let dates = ["b,2024-05-01T12:00:00.5Z", "a,2024-05-01T12:00:00.25Z"].map { "u,\($0)\n" }
        #expect(try events(read("user,item,time\n" + dates.joined())) == ["u a \(Self.noon).25", "u b \(Self.noon).5"])
    }

    // MARK: People

    @Test(arguments: ["", "NA", "null", "NULL", "undefined", "nan", "NaN", "\\N", "None", "  ", "N/A"])
    func nobodyIsNoUser(nobody: String) throws {
        let result = try read("user_id,item_id,rating\n\(nobody),x,1\nb,y,2\n\(nobody),z,3\n")
        #expect(events(result) == ["b y"])
        #expect(result.report.count(of: .emptyIdentifier) == 2)
        let session = try read("user_id,session_id,item_id\n\(nobody),s1,x\nb,s1,y\n\(nobody),7,z\n\(nobody),,w\n")
        #expect(events(session) == ["s1 x", "b y", "session:7 z"])
    }

    @Test(arguments: ["nancy", "nat", "nullum", "u", "n", "NAN1"]) func somebodyIs(somebody: String) throws {
        #expect(try events(read("user,item\n\(somebody),x\n")) == ["\(somebody) x"])
    }

    @Test func warnsOfAUserWithATenthOfAllEvents() throws {
        let people = (0..<90).map { "u\($0),i\($0)\n" }.joined()
        let robot = (0..<15).map { "bot,i\($0)\n" }.joined()
        let report = try read("user,item\n" + people + robot).report
        #expect(report.warnings.count == 1 && report.description.contains("'bot' has 15 of the 105 events (14%)"))
        #expect(try read("user,item\n" + people).report.warnings.isEmpty)
        #expect(try read("user,item\n" + robot).report.warnings.isEmpty)
    }

    @Test func warnsOfNegativeValues() throws {
        let report = try read("user,item,quantity\na,x,2\na,x,-2\nb,y,0\n").report
        #expect(report.warnings.first?.hasPrefix("1 events have a negative value") == true)
        #expect(report.eventsKept == 3)
    }

    // MARK: JSON and catalogues

    @Test(arguments: [
        "{\"user_id\":\"a\",\"business_id\":\"x\",\"stars\":4,\"date\":\"2024-05-01 12:00:00\"}\n",
        "[{\"userId\": \"a\", \"itemId\": \"x\", \"rating\": 4, \"timestamp\": 1714564800000}]",
        "[\n  {\n    \"user_id\": \"a\",\n    \"item_id\": \"x\",\n    \"value\": 4, \"ts\": 1714564800\n  }\n]\n",
    ])
    func readsJSONAsATable(text: String) throws {
        let result = try read(text)
        #expect(events(result) == ["a x \(Self.noon)"])
        #expect(result.format == "json" && result.dataset.histories.values == [4])
    }

    @Test func mapsFieldsOfJSON() throws {
        var options = ImportOptions()
        options.columns = ["user": "wer", "item": "was"]
        #expect(try events(read("{\"was\":7,\"wer\":\"a\"}\n{\"was\":8}\n", options)) == ["a 7"])
    }

    @Test func readsACatalogueWithItsOwnColumns() throws {
        try folder.write(
            Data("\"ISBN\";\"Book-Title\";\"Year\"\r\n\"0X\";\"Caf".utf8) + [0xE9]
                + Data("; a \\\"b\\\"\";\"1999\"\r\n".utf8),
            to: "books.csv"
        )
        var options = ImportOptions()
        options.catalogue = folder.path + "/books.csv"
        let item = try #require(try read("User-ID;ISBN\n1;0X\n", options).dataset.itemDetails.first)
        #expect(item == Item(id: "0X", title: "Café; a \"b\"", attributes: ["Year": .number(1999)]))

        try folder.write("wid;wname\n7;Lamp\n", to: "books.csv")
        let error = refusal("user,item\na,7\n", options)
        #expect(error?.remedy?.contains("wid, wname") == true && error?.remedy?.contains("--catalogue-columns") == true)
        options.catalogueColumns = ["id": "wid", "title": "wname"]
        #expect(try read("user,item\na,7\n", options).dataset.itemDetails == [Item(id: "7", title: "Lamp")])
    }

    @Test func aFolderOfAlikeTablesIsOne() throws {
        try folder.write("user,item,ts\na,x,2\n", to: "parts/part-0.csv")
        try folder.write("user,item,ts\na,y,1\n", to: "parts/part-1.csv")
        try folder.write("", to: "parts/_SUCCESS")
        #expect(try events(DatasetReader().read(path: folder.path + "/parts")) == ["a y 1", "a x 2"])
        try folder.write("user,item\na,x\n", to: "loose/a.csv")
        try folder.write("user,item\na,y\n", to: "loose/b.csv")
        let loose = #expect(throws: FreshetError.self) { try DatasetReader().read(path: folder.path + "/loose") }
        #expect(loose?.message.contains("without times") == true)
        try folder.write("other,columns\nb,y\n", to: "parts/part-2.csv")
        let error = #expect(throws: FreshetError.self) { try DatasetReader().read(path: folder.path + "/parts") }
        #expect(error?.message.contains("part-2.csv") == true)
    }

    @Test func aLookEndsAfterSoManyEvents() throws {
        var options = ImportOptions()
        options.eventLimit = 2
        let result = try read("user,item\na,x\nb,y\nc,z\n", options)
        #expect(events(result) == ["a x", "b y"])
    }
}
