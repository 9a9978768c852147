import FreshetCore
import FreshetData
import Testing

@Suite struct TableImporterTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func read(_ text: String, format: String? = nil, _ columns: [String: String] = [:]) throws -> ImportResult {
        var options = ImportOptions()
        options.columns = columns
        return try DatasetReader(options: options).read(path: folder.write(text, to: "table"), format: format)
    }

    @Test func guessesUsualColumns() throws {
        let result = try read("timestamp,user_id,item_id,event\n2024-01-02,a,x,cart\n2024-01-01,a,y,\n")
        #expect(result.format == "csv")
        #expect(result.dataset.histories.times == [1_704_067_200, 1_704_153_600])
        #expect(result.dataset.eventTypes == ["cart", "view"])
        #expect(result.dataset.histories.types == [1, 0])
    }

    /// Beside a user a session names itself; a device does not, and where there is no user at all the session is the user.
    @Test func keepsSessionsBesideUsers() throws {
        func sessions(_ text: String, _ columns: [String: String] = [:]) throws -> [String?] {
            let dataset = try read(text, columns).dataset
            return (0..<dataset.histories.eventCount).map { row in
                dataset.histories.session(at: row).map { dataset.sessions[$0] }
            }
        }
        let rows = "u,s1,x\nu,,y\nu,NA,z\nv,s2,x\n,7,w\nu,s1,w\n"
        // User by user: u, v and the visitor of session 7.
        #expect(try sessions("user_id,session_id,item_id\n" + rows) == ["s1", nil, nil, "s1", "s2", "7"])
        #expect(try sessions("user_id,device_id,item_id\n" + rows).allSatisfy { $0 == nil })
        let named = ["user": "user_id", "item": "item_id", "session": "device_id"]
        #expect(try sessions("user_id,device_id,item_id\n" + rows, named)[0] == "s1")
        #expect(try sessions("session_id,item_id\ns1,x\ns1,y\n") == [nil, nil])
    }

    /// A row without an item is a search where its column or its type says so.
    @Test func readsSearches() throws {
        func searches(_ text: String, _ columns: [String: String] = [:]) throws -> [String] {
            try read(text, columns).dataset.searches.map(\.text)
        }
        #expect(try searches("user,item,query,time\na,x,,1\na,,red kettle,2\nb,y,lamp,3\n") == ["red kettle"])
        let typed = "user,item,type,text,time\na,x,view,,1\na,,search,mug,2\na,,review,nice,3\n"
        #expect(try searches(typed) == ["mug"])
        #expect(try searches("user,item,text,time\na,x,,1\na,,a review without an item,2\n").isEmpty)
        #expect(try searches("user,item,words,time\na,x,,1\na,,mug,2\n", ["text": "words"]) == ["mug"])
    }

    @Test func mapsColumns() throws {
        let text = "Invoice;StockCode;Qty;Date;Customer ID\n1;\"a;b\";2.5;2009-12-01 07:45:00;u\n"
        let columns = ["user": "Customer ID", "item": "StockCode", "value": "Qty", "time": "Date"]
        let dataset = try read(text, format: "csv", columns).dataset
        #expect(Array(dataset.items.identifiers) == ["a;b"])
        #expect(dataset.histories.values == [2.5])
        #expect(dataset.histories.times == [1_259_653_500])
    }

    @Test func namedColumnsMakeItATable() throws {
        let columns = ["user": "wer", "item": "was"]
        let result = try read("wer was;was;wer\n1 2;b;a\n", columns)
        #expect(result.format == "csv")
        #expect(Array(result.dataset.users.identifiers) == ["a"] && Array(result.dataset.items.identifiers) == ["b"])
        #expect(try read("wer\twas\na\tb\n", columns).format == "tsv")
        let error = #expect(throws: FreshetError.self) { try read("a b\n", format: "pairs", columns) }
        #expect(error?.kind == .usage && error?.message.contains("pairs") == true)
    }

    @Test func readsTabs() throws {
        let result = try read("user\titem\ttime\na\t\"x\t1\n")
        #expect(result.format == "tsv")
        #expect(Array(result.dataset.items.identifiers) == ["\"x"])
    }

    @Test func listsColumnsWhenOneIsUnknown() throws {
        let error = #expect(throws: FreshetError.self) {
            try read("a,b,c\n1,2,3\n", format: "csv", ["user": "a", "item": "product"])
        }
        #expect(error?.kind == .usage)
        #expect(error?.message.contains("'product'") == true)
        #expect(error?.remedy?.contains("a, b, c") == true)
    }

    @Test func refusesUnknownRoles() throws {
        let error = #expect(throws: FreshetError.self) { try read("a,b\n1,2\n", format: "csv", ["usr": "a"]) }
        #expect(error?.remedy == "Known: item, session, text, time, type, user, value.")
    }

    @Test func dropsBadRows() throws {
        let report = try read("user,item,time,value\na,x,1,2\na,x,1\na,x,noon,2\na,x,1,many\na,x,1,\n\"a,x,1,2\n")
            .report
        #expect(report.count(of: .malformedLine) == 4)
        #expect(report.eventsKept == 2)
        #expect(report.drops[0].examples.map(\.line) == [3, 4, 5])
    }

    @Test func countsMilliseconds() throws {
        var options = ImportOptions()
        options.timeUnit = .milliseconds
        let path = try folder.write("user,item,time\na,x,1700000000999\n", to: "table")
        let time = Timestamp(milliseconds: 1_700_000_000_999)
        #expect(try DatasetReader(options: options).read(path: path).dataset.histories.times == [time])
        #expect(try DatasetReader().read(path: path).dataset.histories.times == [time])
    }

    @Test func readsACatalogueTable() throws {
        let catalogue = try folder.write(
            "item_id,name,description,genres,tags,price,brand\nx,Lamp,\"Red, warm\",Light|Home,a|b,2.5,Acme\n",
            to: "items.csv"
        )
        var options = ImportOptions()
        options.catalogue = catalogue
        let dataset = try DatasetReader(options: options).read(path: folder.write("u x\nu y\n", to: "pairs")).dataset
        #expect(
            dataset.itemDetails == [
                Item(
                    id: "x",
                    title: "Lamp",
                    text: "Red, warm",
                    categories: ["Light", "Home"],
                    tags: ["a", "b"],
                    attributes: ["price": .number(2.5), "brand": .text("Acme")]
                ), Item(id: "y"),
            ]
        )
    }
}
