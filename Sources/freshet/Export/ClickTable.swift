import FreshetCore
import FreshetFeedback
import FreshetStorage

/// Writes what was seen of answers as a table: a row a place, whether it was clicked, and what was known when it was shown.
///
/// Only what is asked for of the catalogue is as it is now; the names of those columns say so.
struct ClickTable {
    /// The label, and what every answer has.
    private static let known = [
        "clicked", "user", "item", "place", "scenario", "hour", "weekday", "version", "variant", "segments",
    ]

    /// How many rows were written, and how many of them were clicked.
    private(set) var counts = (rows: 0, clicks: 0)
    private var file: ExportFile
    private let context: [String]
    private let catalogue: CatalogueFields

    /// Begins the file.
    ///
    /// - Parameters:
    ///   - path: the file; `-` is standard output.
    ///   - context: what requests said of their moment, by name.
    ///   - catalogue: what is written of items and users beside.
    /// - Throws: ``FreshetError`` when the file cannot be written.
    init(path: String, context: [String], catalogue: CatalogueFields) throws {
        (self.context, self.catalogue) = (context, catalogue)
        let columns = Self.known + context.map { "context.\($0)" } + catalogue.names.map { "now.\($0)" }
        file = try ExportFile(path: path, form: .csv, columns: columns)
    }

    /// Writes the places of an answer that count as seen.
    mutating func write(_ answer: Impression, _ settled: SettledAnswer) throws {
        let time = Timestamp(milliseconds: answer.time)
        let moment: [ExportField?] = [
            answer.scenario.map { .text($0) }, .integer(Int64(time.hour)), .text(time.weekday),
            .integer(Int64(answer.model.number)), answer.variant.map { .text($0) }, Self.list(answer.segments),
        ]
        let context = context.map { answer.context[$0].flatMap(Self.field) }
        let user = catalogue.fields(ofUser: answer.user)
        for position in 0..<settled.count where settled.isSeen(position) {
            let (item, isClicked) = (answer.items[position].item, settled.isClicked(position))
            let place: [ExportField?] = [
                .integer(isClicked ? 1 : 0), answer.user.map { .text($0) }, .text(item), .integer(Int64(position + 1)),
            ]
            try file.write(place + moment + context + catalogue.fields(ofItem: item) + user)
            counts.rows += 1
            counts.clicks += isClicked ? 1 : 0
        }
    }

    /// Puts the file in its place.
    func finish() throws { try file.finish() }

    /// An attribute as a field; several texts stand between bars.
    static func field(_ value: AttributeValue) -> ExportField? {
        if case .texts(let texts) = value { list(texts) } else { ExportField(value) }
    }

    static func list(_ texts: [String]) -> ExportField? {
        texts.isEmpty ? nil : .text(texts.map { $0.replacing("|", with: "/") }.joined(separator: "|"))
    }
}

/// What a click table has of the catalogue: attributes of items and users as they are now.
struct CatalogueFields {
    /// What every item may have beside attributes.
    private static let lists = ["categories", "tags"]

    private var items: [String: [ExportField?]] = [:]
    private var users: [String: [ExportField?]] = [:]
    private var itemNames: [String] = []
    private var userNames: [String] = []

    /// The names of the columns, items' first.
    var names: [String] { itemNames.map { "item.\($0)" } + userNames.map { "user.\($0)" } }

    /// Reads the attributes of some names from a data folder.
    ///
    /// - Parameters:
    ///   - wanted: names such as `item.brand` and `user.country`; `all` is every one.
    ///   - store: the folder.
    /// - Throws: ``FreshetError`` of kind `usage` for a name that no item or user has.
    init(_ wanted: [String], of store: StoreReader) throws {
        guard !wanted.isEmpty else { return }
        var known: (items: Set<String>, users: Set<String>) = (Set(Self.lists), [])
        try store.forEachItem { known.items.formUnion($0.attributes.keys) }
        try store.forEachUser { known.users.formUnion($0.attributes.keys) }
        let all = known.items.sorted().map { "item.\($0)" } + known.users.sorted().map { "user.\($0)" }
        for name in wanted where name != "all" && !all.contains(name) {
            throw FreshetError.unknown("attribute", name, known: all)
        }
        func chosen(_ names: Set<String>, _ prefix: String) -> [String] {
            names.filter { wanted.contains("all") || wanted.contains("\(prefix).\($0)") }.sorted()
        }
        let (itemNames, userNames) = (chosen(known.items, "item"), chosen(known.users, "user"))
        (self.itemNames, self.userNames) = (itemNames, userNames)
        if !itemNames.isEmpty {
            try store.forEachItem { item in items[item.id] = itemNames.map { Self.field($0, of: item) } }
        }
        if !userNames.isEmpty {
            try store.forEachUser { user in
                users[user.id] = userNames.map { user.attributes[$0].flatMap(ClickTable.field) }
            }
        }
    }

    /// The fields of an item; of one that is not in the catalogue all are missing.
    func fields(ofItem id: String) -> [ExportField?] { items[id] ?? itemNames.map { _ in nil } }

    /// The fields of a user.
    func fields(ofUser id: String?) -> [ExportField?] { id.flatMap { users[$0] } ?? userNames.map { _ in nil } }

    private static func field(_ name: String, of item: Item) -> ExportField? {
        switch name {
        case "categories": ClickTable.list(item.categories)
        case "tags": ClickTable.list(item.tags)
        default: item.attributes[name].flatMap(ClickTable.field)
        }
    }
}
