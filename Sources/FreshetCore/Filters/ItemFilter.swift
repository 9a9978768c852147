/// Which items may be recommended: every condition that is set must hold.
public struct ItemFilter: Sendable, Hashable, Codable {
    /// At least one of these categories.
    public var categories: [String]?
    /// None of these categories.
    public var excludedCategories: [String]?
    /// At least one of these tags.
    public var tags: [String]?
    /// For each attribute: equal to the text, one of the texts, equal to the number, or true or false.
    ///
    /// `true` also finds the number 1 and `false` the number 0, which shops write for them, and which earlier versions
    /// kept in their place.
    public var attributes: [String: AttributeValue]?
    /// A condition in words, for all that the fields above cannot say.
    public var expression: FilterExpression?
    /// Whether unavailable items may appear; not by default.
    public var includeUnavailable: Bool?

    enum CodingKeys: String, CodingKey {
        case categories, tags, attributes, expression
        case excludedCategories = "excluded_categories"
        case includeUnavailable = "include_unavailable"
    }

    /// Creates a filter; without arguments one that only leaves out what is unavailable.
    public init(
        categories: [String]? = nil,
        excludedCategories: [String]? = nil,
        tags: [String]? = nil,
        attributes: [String: AttributeValue]? = nil,
        expression: FilterExpression? = nil,
        includeUnavailable: Bool? = nil
    ) {
        self.categories = categories
        self.excludedCategories = excludedCategories
        self.tags = tags
        self.attributes = attributes
        self.expression = expression
        self.includeUnavailable = includeUnavailable
    }

    /// Creates the filter that an expression is.
    public init(_ expression: FilterExpression) { self.init(expression: expression) }

    /// Everything that must hold, in the form of an expression's parts.
    package var conditions: [FilterNode] {
        var nodes: [FilterNode] = []
        if let categories { nodes.append(.test(FilterTest(.categories, .any, categories.map { .text($0) }))) }
        if let excludedCategories, !excludedCategories.isEmpty {
            nodes.append(.not(.test(FilterTest(.categories, .any, excludedCategories.map { .text($0) }))))
        }
        if let tags { nodes.append(.test(FilterTest(.tags, .any, tags.map { .text($0) }))) }
        for (name, value) in attributes ?? [:] {
            nodes.append(.test(FilterTest(.attribute(name), .any, value.filterValues)))
        }
        if let expression { nodes.append(expression.root) }
        return nodes
    }
}

extension AttributeValue {
    /// The values that a filter compares with: several where there are several words.
    package var filterValues: [FilterValue] {
        switch self {
        case .number(let number): [.number(number)]
        case .flag(let flag): [.flag(flag)]
        case .text(let text): [.text(text)]
        case .texts(let texts): texts.map { .text($0) }
        }
    }
}
