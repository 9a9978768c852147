import Foundation
import FreshetCore

/// Reads a separate file of item details, for event logs that have none of their own.
///
/// Either JSON lines (``Item``s, or Amazon's product lines), or a table with a header: a column of ids (`item`, `id`, …),
/// `title` (or `name`, `description`), `genres` or `categories` and `tags` with bars between them; any other column is
/// an attribute.
enum CatalogueReader {
    /// Reads the file into the collector's catalogue.
    static func read(_ path: String, into collector: EventCollector) throws {
        let source = try ImportSource(path: path)
        if source.prefix.first == UInt8(ascii: "{") {
            try NativeImporter().readDetails(
                of: path,
                names: Item.fieldNames,
                CatalogueLine.init(id:),
                collector
            ) { line in
                try collector.add(line.item)
            }
        } else {
            try readTable(path, into: collector)
        }
    }

    private static func readTable(_ path: String, into collector: EventCollector) throws {
        try collector.forEachRow(of: path) { header in
            let id = try header.position(ofRequired: [
                "item", "item_id", "itemId", "id", "product", "product_id", "movie", "movieId", "book", "book_id",
                "asin",
            ])
            let roles = header.names.enumerated().map { position, name in
                position == id ? Role.id : Role(name: name.lowercased())
            }
            return (id, header.names, roles)
        } _: { table, row in
            let (id, names, roles) = table
            var item = Item(id: decodeText(row[id]))
            for (position, role) in roles.enumerated() where role != .id && !row[position].isEmpty {
                let text = decodeText(row[position])
                switch role {
                case .id: break
                case .title: item.title = item.title.map { "\($0)\n\(text)" } ?? text
                case .text: item.text = item.text.map { "\($0)\n\(text)" } ?? text
                case .categories: item.categories += text.split(separator: "|").map(String.init)
                case .tags: item.tags += text.split(separator: "|").map(String.init)
                case .attribute:
                    item.attributes[names[position]] =
                        NumberText.double(row[position]).map(AttributeValue.number) ?? .text(text)
                }
            }
            try collector.add(item)
        }
    }

    private enum Role {
        case id, title, text, categories, tags, attribute

        init(name: String) {
            switch name {
            case "title", "name": self = .title
            case "description", "text": self = .text
            case "genres", "genre", "categories", "category": self = .categories
            case "tags": self = .tags
            default: self = .attribute
            }
        }
    }
}

/// A line of a catalogue: an ``Item``, or a product of Amazon's metadata.
private struct CatalogueLine: Decodable {
    let item: Item

    private enum CodingKeys: String, CodingKey {
        case id, asin, title, description, features, categories, store, brand, price
        case parentASIN = "parent_asin"
    }

    init(id: String) { item = Item(id: id) }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard !container.contains(.id) else {
            item = try Item(from: decoder)
            return
        }
        let id = try container.decodeIfPresent(String.self, forKey: .parentASIN)
        var item = Item(id: try id ?? container.decode(String.self, forKey: .asin))
        item.title = try? container.decodeIfPresent(String.self, forKey: .title)
        let texts = [CodingKeys.description, .features].flatMap { container.texts(forKey: $0) }
        item.text = texts.isEmpty ? nil : texts.joined(separator: "\n")
        item.categories = container.texts(forKey: .categories)
        let brand = container.texts(forKey: .store) + container.texts(forKey: .brand)
        if let brand = brand.first { item.attributes["brand"] = .text(brand) }
        if let price = try? container.decodeIfPresent(Double.self, forKey: .price) {
            item.attributes["price"] = .number(price)
        }
        self.item = item
    }
}

extension KeyedDecodingContainer {
    /// A string, an array of strings or an array of such arrays as one array; empty for anything else.
    fileprivate func texts(forKey key: Key) -> [String] {
        if let text = try? decode(String.self, forKey: key) { return text.isEmpty ? [] : [text] }
        if let texts = try? decode([String].self, forKey: key) { return texts }
        return (try? decode([[String]].self, forKey: key))?.flatMap(\.self) ?? []
    }
}
