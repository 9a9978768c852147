import FreshetCore
import FreshetData
import FreshetModels

/// An item as the outside knows it.
struct NamedItem: Encodable {
    let item: String
    let title: String?
    let score: Float?
}

extension Snapshot {
    /// An item with its external id and title.
    func named(_ item: ItemIndex, score: Float?) -> NamedItem {
        NamedItem(item: dataset.items[item.position], title: dataset.title(of: item), score: score)
    }

    /// A scored item with its external id and title.
    func named(_ scored: ScoredItem) -> NamedItem { named(scored.item, score: scored.score) }

    /// An item in words.
    func describe(_ item: ItemIndex) -> String { dataset.describe(item) }
}

extension Dataset {
    /// The number of an item.
    /// - Throws: ``FreshetError`` of kind `usage` that shows some ids which are known.
    func item(named id: String) throws -> ItemIndex {
        if let position = items.position(of: id) { return ItemIndex(position) }
        throw FreshetError(.usage, "There is no item '\(id)'.", remedy: "There are \(Self.examples(items)).")
    }

    /// The number of a user.
    /// - Throws: ``FreshetError`` of kind `usage` that shows some ids which are known.
    func user(named id: String) throws -> UserIndex {
        if let position = users.position(of: id) { return UserIndex(position) }
        throw FreshetError(.usage, "There is no user '\(id)'.", remedy: "There are \(Self.examples(users)).")
    }

    private static func examples(_ table: IdentifierTable) -> String {
        let some = table.identifiers.prefix(3).joined(separator: ", ")
        return table.count > 3 ? "\(Words.count(table.count)), such as \(some)" : some
    }

    /// The title of an item, where one is known.
    func title(of item: ItemIndex) -> String? {
        itemDetails.isEmpty ? nil : itemDetails[item.position].title
    }

    /// An item in words: its title and id.
    func describe(_ item: ItemIndex) -> String {
        let id = items[item.position]
        return title(of: item).map { "\($0) [\(id)]" } ?? id
    }
}
