import FreshetCore

/// What the routes of items and users need to read and write either.
protocol CatalogueEntry: Sendable, Identifiable<String> {
    /// Reads an entry; `id` is the one from the path, `nil` where the entry must name it itself by the rule.
    /// - Throws: ``Problem`` of status 400 that lists the mistakes.
    init(_ value: JSONValue, id: String?, identifiers: IdentifierRule) throws(Problem)
    /// The entry as JSON.
    var json: JSONValue { get }
}

extension CatalogueEntry {
    /// The id of an entry: the path's, the body's, or both if they agree.
    static func id(_ fields: inout JSONFields, path: String?) throws(Problem) -> String {
        let own = fields.identifier("id")
        if own == nil, path == nil, fields.value("id") == nil { fields.fault("id", "is missing") }
        if let own, let path, own != path {
            throw Problem(.conflict, "The body is of '\(own)', the path of '\(path)'. Leave the id out of the body.")
        }
        return path ?? own ?? ""
    }
}

extension Item: CatalogueEntry {
    init(_ value: JSONValue, id path: String?, identifiers: IdentifierRule) throws(Problem) {
        var fields = try JSONFields(value, identifiers: identifiers)
        self.init(
            id: try Self.id(&fields, path: path),
            title: fields.string("title"),
            text: fields.string("text"),
            categories: fields.strings("categories") ?? [],
            tags: fields.strings("tags") ?? [],
            attributes: fields.attributes("attributes") ?? [:]
        )
        if let (name, detail) = Place.problem(in: attributes) { fields.fault("attributes", name, detail) }
        vectors = fields.vectors("vectors")
        available = fields.bool("available")
        createdAt = fields.time("created_at")?.seconds
        try fields.finish()
    }

    var json: JSONValue {
        var members: [JSONValue.Member] = [.init(name: "id", value: .string(id))]
        func add(_ name: String, _ value: JSONValue?) {
            if let value { members.append(.init(name: name, value: value)) }
        }
        add("title", title.map { .string($0) })
        add("text", text.map { .string($0) })
        add("categories", categories.isEmpty ? nil : .array(categories.map { .string($0) }))
        add("tags", tags.isEmpty ? nil : .array(tags.map { .string($0) }))
        add("attributes", attributes.isEmpty ? nil : .attributes(attributes))
        add(
            "vectors",
            vectors.map { vectors in
                JSONValue(sorting: vectors.mapValues { .array($0.map { .number(Double($0)) }) })
            }
        )
        add("available", available.map { .bool($0) })
        add("created_at", createdAt.map { .number(Double($0)) })
        return .object(members)
    }
}

extension User: CatalogueEntry {
    init(_ value: JSONValue, id path: String?, identifiers: IdentifierRule) throws(Problem) {
        var fields = try JSONFields(value, identifiers: identifiers)
        self.init(id: try Self.id(&fields, path: path), attributes: fields.attributes("attributes") ?? [:])
        try fields.finish()
    }

    var json: JSONValue {
        let value: JSONValue = ["id": .string(id)]
        return attributes.isEmpty ? value : value.adding("attributes", .attributes(attributes))
    }
}

extension JSONValue {
    /// Attributes in the order of their names.
    static func attributes(_ attributes: [String: AttributeValue]) -> JSONValue {
        JSONValue(sorting: attributes.mapValues(\.json))
    }

    /// This value changed by a merge patch (RFC 7396): members of the patch replace, and `null` removes.
    func merged(with patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var result = isObject ? self : .object([])
        for change in changes {
            let old = result[change.name] ?? .null
            result[change.name] = change.value == .null ? nil : old.merged(with: change.value)
        }
        return result
    }
}

extension JSONFields {
    /// Named vectors of numbers.
    fileprivate mutating func vectors(_ name: String) -> [String: [Float]]? {
        guard let value = value(name) else { return nil }
        guard case .object(let members) = value, members.count <= 16 else {
            fault(name, "must be an object of at most 16 vectors")
            return nil
        }
        var vectors: [String: [Float]] = [:]
        for member in members {
            guard case .array(let values) = member.value, values.count <= 4096 else {
                fault(name, member.name, "must be an array of at most 4096 numbers")
                continue
            }
            let numbers = values.compactMap { if case .number(let number) = $0 { Float(number) } else { nil } }
            if numbers.count < values.count || !numbers.allSatisfy(\.isFinite) {
                fault(name, member.name, "must hold numbers that a 32-bit float can hold")
            }
            vectors[member.name] = numbers
        }
        return vectors
    }
}
