import FreshetCore

/// Instacart's orders: `orders.csv` says whose an order is and which of theirs, `order_products__prior.csv` and
/// `order_products__train.csv` what is in it, and `products.csv` what the products are called.
///
/// The data have no dates: an event's time is the number of the order in seconds, so that orders keep their order.
struct InstacartImporter: Importer {
    let name = "instacart"
    let summary = "a folder with orders.csv, order_products__*.csv and products.csv; the number of an order is its time"

    private static let parts = ["order_products__prior.csv", "order_products__train.csv", "order_products*.csv"]

    func recognizes(_ source: ImportSource) -> Bool {
        guard source.isFolder else {
            return source.look.map { $0.header.position(of: ["order_id"]) != nil && Self.isPart($0.header) } ?? false
        }
        return source.file("orders.csv") != nil && source.files(matching: Self.parts).first != nil
    }

    func read(_ source: ImportSource, into collector: EventCollector) throws {
        guard let orders = source.file("orders.csv") else {
            throw FreshetError(
                .usage,
                "'\(source.path)' says what is in an order, but not whose it is.",
                remedy: "Give the folder that holds orders.csv beside order_products__prior.csv."
            )
        }
        if let products = source.file("products.csv"), collector.options.catalogue == nil {
            let columns = CatalogueColumns(id: ["product_id"], title: ["product_name"])
            try CatalogueReader.read(products, columns: columns, into: collector)
        }
        let table = try Orders(orders, collector)
        let purchase = collector.typeCode(of: .purchase)
        let parts = source.isFolder ? source.files(matching: Self.parts) : [source.path]
        for part in parts {
            try collector.forEachRow(of: part) { look in
                (
                    order: try look.header.position(ofRequired: ["order_id"]),
                    product: try look.header.position(ofRequired: ["product_id"])
                )
            } _: { columns, row in
                guard let order = table.find(row[columns.order]) else {
                    return try collector.drop(.malformedLine, "order '\(decodeText(row[columns.order]))' is not known")
                }
                try table.users.withBytes(at: order.user) { user in
                    try collector.addEvent(
                        user: user,
                        item: row[columns.product],
                        type: purchase,
                        milliseconds: Int64(order.number) * 1000
                    )
                }
            }
        }
        collector.note("\(name): the user of each order from orders.csv; the number of the order stands for its time")
    }

    private static func isPart(_ header: TableHeader) -> Bool {
        header.position(of: ["add_to_cart_order"]) != nil
    }

    /// Whose each order is, and which of theirs.
    private struct Orders {
        private(set) var users = IdentifierTable()
        private var identifiers = IdentifierTable()
        private var owners: [Int32] = []
        private var numbers: [Int32] = []

        init(_ path: String, _ collector: EventCollector) throws {
            var table = Self()
            try collector.forEachRow(of: path) { look in
                try ["order_id", "user_id", "order_number"].map { try look.header.position(ofRequired: [$0]) }
            } _: { columns, row in
                guard let number = NumberText.integer(row[columns[2]]).flatMap(Int32.init(exactly:)),
                    table.identifiers.find(IdentifierProbe(row[columns[0]])) == nil
                else { return try collector.drop(.malformedLine, "no number of an order, or one a second time") }
                _ = table.identifiers.insert(IdentifierProbe(row[columns[0]]))
                table.owners.append(Int32(table.users.insert(IdentifierProbe(row[columns[1]]))))
                table.numbers.append(number)
            }
            self = table
        }

        private init() {}

        func find(_ order: Bytes) -> (user: Int, number: Int32)? {
            identifiers.find(IdentifierProbe(order)).map { (Int(owners[$0]), numbers[$0]) }
        }
    }
}
