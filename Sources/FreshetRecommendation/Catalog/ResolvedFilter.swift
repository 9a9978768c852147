import FreshetCore

/// A filter whose names are replaced by the catalogue's terms: a few comparisons an item.
struct ResolvedFilter: Sendable {
    private enum AttributeCondition {
        /// One of these terms.
        case terms([UInt32])
        /// The number under this name; `nil` when no item has a number there.
        case number(name: UInt32?, value: Double)
    }

    private let categories: [UInt32]?
    private let excludedCategories: [UInt32]
    private let tags: [UInt32]?
    private let attributes: [AttributeCondition]
    private let includesUnavailable: Bool

    /// Whether nothing but availability is asked for.
    let isOpen: Bool

    /// Resolves a filter; a name that no item has matches nothing.
    init(_ filter: ItemFilter?, _ catalog: CatalogSnapshot) {
        func numbers(_ kind: Term.Kind, _ names: [String]) -> [UInt32] {
            names.compactMap { catalog.terms.number(of: Term(kind: kind, text: $0)) }
        }
        categories = filter?.categories.map { numbers(.category, $0) }
        excludedCategories = numbers(.category, filter?.excludedCategories ?? [])
        tags = filter?.tags.map { numbers(.tag, $0) }
        attributes = (filter?.attributes ?? [:]).map { name, value in
            switch value {
            case .text(let text): .terms([text].compactMap { catalog.terms.number(of: .attribute(name, $0)) })
            case .texts(let texts): .terms(texts.compactMap { catalog.terms.number(of: .attribute(name, $0)) })
            case .number(let number):
                .number(name: catalog.terms.number(of: Term(kind: .name, text: name)), value: number)
            }
        }
        includesUnavailable = filter?.includeUnavailable ?? false
        isOpen = categories == nil && excludedCategories.isEmpty && tags == nil && attributes.isEmpty
    }

    /// Whether an item meets every condition; one without details meets those that only exclude.
    func admits(_ item: ItemIndex, _ catalog: CatalogSnapshot) -> Bool {
        if includesUnavailable ? catalog.isRemoved(item) : !catalog.isAvailable(item) { return false }
        if isOpen { return true }
        guard let details = catalog.details(of: item) else {
            return categories == nil && tags == nil && attributes.isEmpty
        }
        if let categories, !details.categories.contains(where: categories.contains) { return false }
        if details.categories.contains(where: excludedCategories.contains) { return false }
        if let tags, !details.tags.contains(where: tags.contains) { return false }
        return attributes.allSatisfy { condition in
            switch condition {
            case .terms(let terms): details.attributes.contains(where: terms.contains)
            case .number(let name, let value): details.numbers.contains { $0.name == name && $0.value == value }
            }
        }
    }
}
