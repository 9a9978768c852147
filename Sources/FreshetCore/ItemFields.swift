/// Which details of its items an answer carries.
public struct ItemFields: Sendable, Hashable {
    /// A field of an item that is kept in memory.
    public enum Field: String, Sendable, Hashable, CaseIterable {
        case title
        case categories
        case tags
        case attributes
        case available
        case createdAt = "created_at"
    }

    /// The most names of one request.
    public static let maximumCount = 100

    /// The fields, an attribute's name left out.
    private var fields: Set<Field> = []
    /// The attributes that are named; all of them where ``Field/attributes`` is asked for.
    private var attributes: Set<String> = []

    /// Reads names such as `title`, `attributes` or `attributes.price`.
    /// - Throws: ``FreshetError`` of kind `usage` for a name that no field has, or that is not kept in memory.
    public init(_ names: [String]) throws(FreshetError) {
        for name in names { try add(name) }
    }

    private mutating func add(_ name: String) throws(FreshetError) {
        let prefix = "attributes."
        if name.hasPrefix(prefix), name.utf8.count > prefix.utf8.count {
            attributes.insert(String(name.dropFirst(prefix.count)))
        } else if let field = Field(rawValue: name) {
            fields.insert(field)
        } else if name == "text" || name == "vectors" {
            throw FreshetError(
                .usage,
                "'\(name)' is not kept in memory, and an answer does not wait for the disk.",
                remedy: "GET /v1/items/{id} has it."
            )
        } else {
            throw .unknown("field", name, known: Field.allCases.map(\.rawValue) + ["attributes.NAME"])
        }
    }

    /// Whether a field is asked for.
    public func contains(_ field: Field) -> Bool { fields.contains(field) }

    /// Whether any attribute is asked for.
    public var hasAttributes: Bool { !attributes.isEmpty || fields.contains(.attributes) }

    /// Whether an attribute is asked for.
    public func containsAttribute(_ name: String) -> Bool {
        fields.contains(.attributes) || attributes.contains(name)
    }
}
