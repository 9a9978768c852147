import FreshetCore

extension CatalogSnapshot {
    /// What answers may say of an item: its fields that are kept in memory, which are all but text and vectors.
    ///
    /// - Parameters:
    ///   - index: the item.
    ///   - id: its external id.
    ///   - fields: what is asked for; the rest is left empty.
    /// - Returns: the item, or `nil` when the catalogue has no entry of it.
    package func item(_ index: ItemIndex, id: String, _ fields: ItemFields) -> Item? {
        guard let details = details(of: index) else { return nil }
        var item = Item(id: id)
        if fields.contains(.title) { item.title = details.title }
        if fields.contains(.categories) { item.categories = details.categories.map { terms.term($0).text } }
        if fields.contains(.tags) { item.tags = details.tags.map { terms.term($0).text } }
        if fields.contains(.available) { item.available = !isHidden(index) }
        if fields.contains(.createdAt) { item.createdAt = details.createdAt }
        if fields.hasAttributes { addAttributes(of: details, to: &item, fields) }
        return item
    }

    private func addAttributes(of details: ItemDetails, to item: inout Item, _ fields: ItemFields) {
        var texts = details.attributes
        for entry in details.entries {
            let name = terms.term(entry.name).text
            // The texts of an attribute lie in the order of the entries.
            let count = entry.form == .text ? 1 : entry.form == .texts ? Int(entry.value) : 0
            let own = texts.prefix(count)
            texts = texts.dropFirst(count)
            guard fields.containsAttribute(name) else { continue }
            let values = own.map { terms.term($0).value(of: name) }
            item.attributes[name] =
                switch entry.form {
                case .number: .number(entry.value)
                case .flag: .flag(entry.value == 1)
                case .text: .text(values.first ?? "")
                default: .texts(values)
                }
        }
    }
}
