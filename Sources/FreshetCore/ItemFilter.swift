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
    /// Whether unavailable items may appear; not by default.
    public var includeUnavailable: Bool?

    enum CodingKeys: String, CodingKey {
        case categories, tags, attributes
        case excludedCategories = "excluded_categories"
        case includeUnavailable = "include_unavailable"
    }

    /// Creates a filter; without arguments one that only leaves out what is unavailable.
    public init(
        categories: [String]? = nil,
        excludedCategories: [String]? = nil,
        tags: [String]? = nil,
        attributes: [String: AttributeValue]? = nil,
        includeUnavailable: Bool? = nil
    ) {
        self.categories = categories
        self.excludedCategories = excludedCategories
        self.tags = tags
        self.attributes = attributes
        self.includeUnavailable = includeUnavailable
    }
}
