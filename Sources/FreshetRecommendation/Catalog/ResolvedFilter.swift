import FreshetCore

/// A filter whose names are replaced by the catalogue's terms: a few comparisons an item.
struct ResolvedFilter: Sendable {
    private enum AttributeCondition {
        /// One of these terms.
        case terms([UInt32])
        /// The number under this name; `nil` when no item has a number there.
        case number(name: UInt32?, value: Double)
        /// Yes or no under this name, or 1 or 0; `nil` when no item has either there.
        case flag(name: UInt32?, value: Double)
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
            case .flag(let flag):
                .flag(name: catalog.terms.number(of: Term(kind: .name, text: name)), value: flag ? 1 : 0)
            }
        }
        includesUnavailable = filter?.includeUnavailable ?? false
        isOpen = categories == nil && excludedCategories.isEmpty && tags == nil && attributes.isEmpty
    }

    /// Whether an item meets every condition; one without details meets those that only exclude.
    func admits(_ item: ItemIndex, _ catalog: CatalogSnapshot) -> Bool {
        let number = item.position / CatalogChunk.size
        guard number < catalog.chunks.count else { return admits([], catalog) }
        return admits(item.position % CatalogChunk.size, of: catalog.chunks[number], catalog)
    }

    /// Calls `body` with every item below a number that meets every condition.
    func forEachAdmitted(below count: Int, _ catalog: CatalogSnapshot, _ body: (ItemIndex) -> Void) {
        for (number, chunk) in catalog.chunks.enumerated() {
            let first = number * CatalogChunk.size
            guard first < count else { return }
            for place in 0..<min(CatalogChunk.size, count - first) where admits(place, of: chunk, catalog) {
                body(ItemIndex(first + place))
            }
        }
        let known = catalog.chunks.count * CatalogChunk.size
        guard known < count, admits([], catalog) else { return }
        for position in known..<count { body(ItemIndex(position)) }
    }

    /// Whether an item of these flags may be shown and, where nothing is known of it, meets every condition.
    @inline(__always)
    private func admits(_ flags: CatalogChunk.Flags, _ catalog: CatalogSnapshot) -> Bool {
        guard catalog.admits(flags, includingUnavailable: includesUnavailable) else { return false }
        return flags.contains(.known) || categories == nil && tags == nil && attributes.isEmpty
    }

    @inline(__always)
    private func admits(_ place: Int, of chunk: CatalogChunk, _ catalog: CatalogSnapshot) -> Bool {
        let flags = chunk.flags[place]
        guard admits(flags, catalog) else { return false }
        return isOpen || !flags.contains(.known) || matches(chunk.details[place])
    }

    private func matches(_ details: borrowing ItemDetails) -> Bool {
        let labels = details.labels
        if let categories, !labels[..<details.categoryCount].contains(where: categories.contains) { return false }
        if !excludedCategories.isEmpty,
            labels[..<details.categoryCount].contains(where: excludedCategories.contains)
        {
            return false
        }
        if let tags, !labels[details.categoryCount..<details.attributeStart].contains(where: tags.contains) {
            return false
        }
        for condition in attributes {
            switch condition {
            case .terms(let terms):
                if !labels[details.attributeStart...].contains(where: terms.contains) { return false }
            case .number(let name, let value):
                if !details.numbers.contains(where: { $0.name == name && $0.value == value && !$0.isFlag }) {
                    return false
                }
            case .flag(let name, let value):
                if !details.numbers.contains(where: { $0.name == name && $0.value == value }) { return false }
            }
        }
        return true
    }
}
