/// One thing that can be recommended, with what is known of it.
public struct Item: Sendable, Equatable, Codable, Identifiable {
    /// The external id.
    public var id: String
    /// A short name for people.
    public var title: String?
    /// Longer text, for models that read.
    public var text: String?
    /// The categories it belongs to.
    public var categories: [String]
    /// Free labels.
    public var tags: [String]
    /// Everything else, by name.
    public var attributes: [String: AttributeValue]
    /// Numbers that stand for its content, by name, such as an embedding of its picture.
    public var vectors: [String: [Float]]?
    /// Whether it may be recommended now; an item is available unless it says otherwise.
    public var available: Bool?
    /// When it came into being, in seconds since 1970.
    public var createdAt: Int64?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case id, title, text, categories, tags, attributes, vectors, available
        case createdAt = "created_at"
    }

    /// The names of the fields in JSON, the id first.
    package static var fieldNames: [String] { CodingKeys.allCases.map(\.stringValue) }

    /// Creates an item.
    public init(
        id: String,
        title: String? = nil,
        text: String? = nil,
        categories: [String] = [],
        tags: [String] = [],
        attributes: [String: AttributeValue] = [:]
    ) {
        self.id = id
        self.title = title
        self.text = text
        self.categories = categories
        self.tags = tags
        self.attributes = attributes
    }

    /// Reads an item; all but the id may be missing.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        title = try container.decodeIfPresent(String.self, forKey: .title)
        text = try container.decodeIfPresent(String.self, forKey: .text)
        categories = try container.decodeIfPresent([String].self, forKey: .categories) ?? []
        tags = try container.decodeIfPresent([String].self, forKey: .tags) ?? []
        attributes = try container.decodeIfPresent([String: AttributeValue].self, forKey: .attributes) ?? [:]
        vectors = try container.decodeIfPresent([String: [Float]].self, forKey: .vectors)
        available = try container.decodeIfPresent(Bool.self, forKey: .available)
        createdAt = try container.decodeIfPresent(Int64.self, forKey: .createdAt)
    }
}

/// A user, with what is known of them beside their events.
public struct User: Sendable, Equatable, Codable, Identifiable {
    /// The external id.
    public var id: String
    /// What is known, by name.
    public var attributes: [String: AttributeValue]

    enum CodingKeys: String, CodingKey, CaseIterable {
        case id, attributes
    }

    /// The names of the fields in JSON, the id first.
    package static var fieldNames: [String] { CodingKeys.allCases.map(\.stringValue) }

    /// Creates a user.
    public init(id: String, attributes: [String: AttributeValue] = [:]) {
        self.id = id
        self.attributes = attributes
    }

    /// Reads a user; the attributes may be missing.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        attributes = try container.decodeIfPresent([String: AttributeValue].self, forKey: .attributes) ?? [:]
    }
}

/// The value of a free attribute: a number, a truth value, a word, or several words.
public enum AttributeValue: Sendable, Hashable, Codable {
    /// A quantity, normalised before models see it.
    case number(Double)
    /// Yes or no.
    case flag(Bool)
    /// One category.
    case text(String)
    /// Several categories.
    case texts([String])

    /// Reads a JSON number, boolean, string or array of strings.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // Texts before numbers: a decoder that knows "nan" as a number would take the text for it.
        if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else {
            self = .texts(try container.decode([String].self))
        }
    }

    /// Writes the plain JSON value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let number): try container.encode(number)
        case .flag(let flag): try container.encode(flag)
        case .text(let text): try container.encode(text)
        case .texts(let texts): try container.encode(texts)
        }
    }
}
