import Foundation
import FreshetCore

/// Reads a file of item details: JSON objects (``Item``s, Amazon's products, or any with an id), or a table.
///
/// A table has a column of ids (`item`, `product_id`, …), others for title, text, categories and tags; any other column
/// is an attribute.
enum CatalogueReader {
    /// Reads the file into the collector's catalogue.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - columns: the names of its columns.
    ///   - names: the names of all columns, for a form that has no header.
    ///   - collector: takes the items.
    /// - Throws: ``FreshetError`` when the file cannot be read, or no column holds the id.
    static func read(
        _ path: String,
        columns: CatalogueColumns = .usual,
        names: [String]? = nil,
        into collector: EventCollector
    ) throws {
        let columns = try columns.naming(collector.options.catalogueColumns)
        let text = try TextFile(path: path, encoding: collector.options.encoding)
        guard text.firstLines.first?.first != UInt8(ascii: "{") else {
            let decoder = JSONDecoder()
            return try NativeImporter().readDetails(
                of: path,
                names: Item.fieldNames,
                { CatalogueLine(item: Item(id: $0)) },
                collector
            ) {
                try decoder.decode(CatalogueLine.self, from: $0, configuration: columns)
            } add: {
                try collector.add($0.item)
            }
        }
        try collector.forEachRow(of: path, names: names) { look in
            (roles: try columns.roles(in: look.header), names: look.header.names)
        } _: { table, row in
            var item = Item(id: "")
            for (position, role) in table.roles.enumerated() where position < row.count {
                add(row[position], as: role, table.names[position], to: &item)
            }
            try collector.add(item)
        }
    }

    /// Reads a table of users, whose other columns are attributes.
    static func readUsers(_ path: String, id: [String], names: [String]? = nil, into collector: EventCollector) throws {
        try collector.forEachRow(of: path, names: names) { look in
            (id: try look.header.position(ofRequired: id), names: look.header.names)
        } _: { table, row in
            var user = User(id: decodeText(row[table.id]))
            for (position, name) in table.names.enumerated()
            where position != table.id && position < row.count && !name.isEmpty && !MissingText.isMissing(row[position])
            {
                user.attributes[name] = AttributeValue(field: row[position])
            }
            try collector.add(user)
        }
    }

    private static func add(_ field: Bytes, as role: CatalogueColumns.Role, _ name: String, to item: inout Item) {
        if role == .id { item.id = decodeText(field) }
        guard role != .id, !MissingText.isMissing(field), !name.isEmpty else { return }
        let text = decodeText(field)
        switch role {
        case .id: break
        case .title: item.title = item.title ?? text
        case .text: item.text = item.text.map { "\($0)\n\(text)" } ?? text
        case .categories: item.categories += texts(in: text)
        case .tags: item.tags += texts(in: text)
        case .attribute:
            switch name {
            case "available": if case .flag(let flag) = AttributeValue(field: field) { item.available = flag }
            case "created_at" where Timestamp.seconds(of: field) != nil: item.createdAt = Timestamp.seconds(of: field)
            default: item.attributes[name] = AttributeValue(field: field)
            }
        }
    }

    /// The parts of a field that are parted by bars, or stand in brackets as a list.
    private static func texts(in text: String) -> [String] {
        if let texts = AttributeValue.list(text) { return texts }
        guard text.hasPrefix("["), text.hasSuffix("]") else { return text.split(separator: "|").map(String.init) }
        return text.dropFirst().dropLast().split(separator: ",").map { part in
            part.trimmingCharacters(in: CharacterSet(charactersIn: " '\""))
        }.filter { !$0.isEmpty }
    }
}

extension AttributeValue {
    /// What a field of a table says: a number, true or false, a JSON array of texts, or the text that it is.
    fileprivate init(field: Bytes) {
        if let number = NumberText.double(field) {
            self = .number(number)
            return
        }
        let text = decodeText(field)
        switch text {
        case "true": self = .flag(true)
        case "false": self = .flag(false)
        default: self = Self.list(text).map { .texts($0) } ?? .text(text)
        }
    }

    /// The texts of a JSON array of them.
    fileprivate static func list(_ text: String) -> [String]? {
        guard text == "[]" || text.hasPrefix("[\"") && text.hasSuffix("\"]") else { return nil }
        return try? JSONDecoder().decode([String].self, from: Data(text.utf8))
    }
}

extension Timestamp {
    /// The moment of a field of a table: seconds since 1970, or text.
    fileprivate static func seconds(of field: Bytes) -> Int64? {
        NumberText.double(field).flatMap { Timestamp(seconds: $0)?.seconds } ?? seconds(from: decodeText(field))
    }
}

/// A line of a catalogue: an ``Item``, or an object with the usual names in other spellings.
private struct CatalogueLine: DecodableWithConfiguration {
    let item: Item

    init(item: Item) { self.item = item }

    init(from decoder: any Decoder, configuration columns: CatalogueColumns) throws {
        let container = try decoder.container(keyedBy: FieldName.self)
        let names = container.allKeys.map(\.stringValue)
        if Set(names).isSubset(of: Item.fieldNames), names.contains("id") {
            item = try Item(from: decoder)
            return
        }
        let header = TableHeader(names: names, file: "")
        guard let id = header.position(of: ["id"] + columns.id), let text = container.texts(names[id]).first else {
            throw DecodingError.keyNotFound(FieldName("id"), .init(codingPath: [], debugDescription: "no id"))
        }
        var item = Item(id: text)
        for (position, name) in names.enumerated() where position != id { container.add(name, columns, to: &item) }
        self.item = item
    }
}

/// Any field of an object.
private struct FieldName: CodingKey {
    let stringValue: String
    let intValue: Int? = nil

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
}

extension KeyedDecodingContainer<FieldName> {
    /// A text or number, an array of them or an array of such arrays, as one array; empty for anything else.
    fileprivate func texts(_ name: String) -> [String] {
        let key = FieldName(name)
        if let text = try? decode(String.self, forKey: key) { return text.isEmpty ? [] : [text] }
        if let number = try? decode(Int64.self, forKey: key) { return ["\(number)"] }
        if let texts = try? decode([String].self, forKey: key) { return texts }
        return (try? decode([[String]].self, forKey: key))?.flatMap(\.self) ?? []
    }

    /// Puts a field where it belongs in an item.
    fileprivate func add(_ name: String, _ columns: CatalogueColumns, to item: inout Item) {
        let texts = texts(name)
        switch columns.role(of: name) {
        case .id: break
        case .title: item.title = item.title ?? texts.first
        case .text: add(texts, toTextOf: &item)
        case .categories: item.categories += texts
        case .tags: item.tags += texts
        case .attribute:
            switch name {
            // What Amazon's products have beside.
            case "features": add(texts, toTextOf: &item)
            case "store": if let text = texts.first { item.attributes["brand"] = .text(text) }
            case "available": item.available = try? decode(Bool.self, forKey: FieldName(name))
            case "IsHidden", "is_hidden":
                item.available = (try? decode(Bool.self, forKey: FieldName(name))).flatMap { $0 ? false : nil }
            default:
                // What is no attribute, such as an object or a long list, is left out.
                guard let value = try? decode(AttributeValue.self, forKey: FieldName(name)), value != .text("") else {
                    return
                }
                if case .texts(let texts) = value, texts.count > 20 { return }
                item.attributes[name] = value
            }
        }
    }

    private func add(_ texts: [String], toTextOf item: inout Item) {
        guard !texts.isEmpty else { return }
        item.text = ([item.text].compactMap(\.self) + texts).joined(separator: "\n")
    }
}
