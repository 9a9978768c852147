/// A condition on items in words, such as `category = "Kitchen" and attributes.price < user.budget`; parsed once.
///
/// `Documentation/Filters.md` has the whole language. Two expressions are equal when their texts are.
public struct FilterExpression: Sendable, Hashable, CustomStringConvertible {
    /// The longest expression, in bytes.
    public static let maximumLength = 8192

    /// What was parsed.
    public let text: String
    /// What it says.
    package let root: FilterNode
    /// The attributes of the user that it compares with, in the order of their names.
    public let userAttributes: [String]

    /// The attributes of items that it asks about, in the order of their names.
    package var itemAttributes: [String] {
        var names: Set<String> = []
        root.addItemAttributes(to: &names)
        return names.sorted()
    }

    /// The text.
    public var description: String { text }

    /// Parses an expression.
    /// - Throws: ``FilterSyntaxError`` that says what is wrong where.
    public init(_ text: String) throws(FilterSyntaxError) {
        guard text.utf8.count <= Self.maximumLength else {
            throw FilterSyntaxError(
                "an expression has at most \(Self.maximumLength) bytes",
                at: Self.maximumLength,
                of: text
            )
        }
        var parser = try FilterParser(text)
        root = try parser.expression()
        self.text = text
        var names: Set<String> = []
        root.addUserAttributes(to: &names)
        userAttributes = names.sorted()
    }

    /// Whether two expressions have the same text.
    public static func == (left: FilterExpression, right: FilterExpression) -> Bool { left.text == right.text }

    /// Hashes the text.
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

extension FilterExpression: Codable {
    /// Reads the text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            self = try FilterExpression(text)
        } catch let error {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' \(error)")
        }
    }

    /// Writes the text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
