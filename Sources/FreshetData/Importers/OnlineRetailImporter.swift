import FreshetCore

/// Online Retail II, as shipped: `events.tsv` (time, customer, item, quantity, price), `items.tsv`, `customers.tsv`.
struct OnlineRetailImporter: Importer {
    let name = "online-retail"
    let summary = "events.tsv, items.tsv and customers.tsv of Online Retail II"

    func recognizes(_ source: ImportSource) -> Bool {
        let lines = source.isFolder ? source.file("events.tsv").map(ImportSource.firstLines) ?? [] : source.firstLines
        return lines.first?.starts(with: "time\tcustomer\titem\tquantity".utf8) ?? false
    }

    func read(_ source: ImportSource, into collector: EventCollector) throws {
        if let items = source.file("items.tsv") {
            try collector.forEachRow(of: items) { look in
                try ["item", "description"].map { try look.header.position(ofRequired: [$0]) }
            } _: { columns, row in
                let description = decodeText(row[columns[1]])
                let title = description.isEmpty ? nil : description
                try collector.add(Item(id: decodeText(row[columns[0]]), title: title))
            }
        }
        if let customers = source.file("customers.tsv") {
            try collector.forEachRow(of: customers) { look in
                try ["customer", "country"].map { try look.header.position(ofRequired: [$0]) }
            } _: { columns, row in
                let country = AttributeValue.text(decodeText(row[columns[1]]))
                try collector.add(User(id: decodeText(row[columns[0]]), attributes: ["country": country]))
            }
        }
        try collector.readEvents(
            of: source.main("events.tsv"),
            as: .purchase,
            columns: TableColumns(user: ["customer"], item: ["item"], time: ["time"], value: ["quantity"])
        )
    }
}
