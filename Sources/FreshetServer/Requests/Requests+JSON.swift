import FreshetCore

extension ItemFilter {
    /// Reads a filter.
    init(_ fields: inout JSONFields) {
        self.init(
            categories: fields.strings("categories"),
            excludedCategories: fields.strings("excluded_categories"),
            tags: fields.strings("tags"),
            attributes: fields.attributes("attributes"),
            expression: fields.expression("expression"),
            includeUnavailable: fields.bool("include_unavailable")
        )
    }
}

extension RecommendationRequest {
    /// Reads the body of `POST /v1/recommendations`.
    init(_ body: JSONValue, maximumCount: Int, identifiers: IdentifierRule) throws(Problem) {
        var fields = try JSONFields(body, identifiers: identifiers)
        self.init(user: fields.identifier("user"), events: fields.sessionEvents("events"))
        session = fields.identifier("session")
        cursor = fields.string("cursor")
        counterfactual = fields.bool("counterfactual")
        read(&fields, maximumCount: maximumCount)
        try fields.finish()
    }

    /// Reads what is asked for, whoever asks.
    mutating func read(_ fields: inout JSONFields, maximumCount: Int) {
        count = fields.integer("count", in: 1...maximumCount)
        scenario = fields.shortText("scenario")
        place = fields.place("place")
        context = fields.context("context")
        filter = fields.filter("filter")
        exclude = fields.identifiers("exclude", maximum: 10_000)
        includeSeen = fields.bool("include_seen")
        diversity = fields.number("diversity", in: 0...1)
        explain = fields.bool("explain")
        self.fields = fields.itemFields("fields")
    }
}

extension RankingRequest {
    /// Reads the body of `POST /v1/rankings`.
    init(_ body: JSONValue, maximumCount: Int, identifiers: IdentifierRule) throws(Problem) {
        var fields = try JSONFields(body, identifiers: identifiers)
        let items = fields.identifiers("items", maximum: maximumCount)
        if items?.isEmpty ?? (fields.value("items") == nil) { fields.fault("items", "must name at least one item") }
        self.init(user: fields.identifier("user"), events: fields.sessionEvents("events"), items: items ?? [])
        session = fields.identifier("session")
        count = fields.integer("count", in: 1...maximumCount)
        scenario = fields.shortText("scenario")
        place = fields.place("place")
        context = fields.context("context")
        filter = fields.filter("filter")
        explain = fields.bool("explain")
        self.fields = fields.itemFields("fields")
        try fields.finish()
    }
}

extension BasketRequest {
    /// The most items that a basket holds.
    static let maximumItems = 100

    /// Reads the body of `POST /v1/baskets`.
    init(_ body: JSONValue, maximumCount: Int, identifiers: IdentifierRule) throws(Problem) {
        var fields = try JSONFields(body, identifiers: identifiers)
        let items = fields.identifiers("items", maximum: Self.maximumItems)
        if items?.isEmpty ?? (fields.value("items") == nil) { fields.fault("items", "must name at least one item") }
        self.init(
            items: items ?? [],
            user: fields.identifier("user"),
            count: fields.integer("count", in: 1...maximumCount)
        )
        session = fields.identifier("session")
        scenario = fields.shortText("scenario")
        place = fields.place("place")
        context = fields.context("context")
        filter = fields.filter("filter")
        exclude = fields.identifiers("exclude", maximum: 10_000)
        includeSeen = fields.bool("include_seen")
        self.fields = fields.itemFields("fields")
        try fields.finish()
    }
}

extension SearchRequest {
    /// The longest text that is looked for, in bytes.
    static let longestQuery = SearchText.longest

    /// Reads the body of `POST /v1/search`.
    init(_ body: JSONValue, maximumCount: Int, identifiers: IdentifierRule) throws(Problem) {
        var fields = try JSONFields(body, identifiers: identifiers)
        let query = fields.string("query")
        if query == nil, fields.value("query") == nil { fields.fault("query", "is missing") }
        if let query, query.utf8.count > Self.longestQuery {
            fields.fault("query", "must have at most \(Self.longestQuery) bytes")
        }
        self.init(query: query ?? "", user: fields.identifier("user"), events: fields.sessionEvents("events"))
        session = fields.identifier("session")
        count = fields.integer("count", in: 1...maximumCount)
        scenario = fields.shortText("scenario")
        place = fields.place("place")
        context = fields.context("context")
        filter = fields.filter("filter")
        self.fields = fields.itemFields("fields")
        record = fields.bool("record")
        if record ?? false, user == nil, session == nil {
            fields.fault("record", "needs a 'user' or a 'session' whose search it is")
        }
        try fields.finish()
    }
}

extension JSONFields {
    /// A filter: an expression, or an object of conditions.
    mutating func filter(_ name: String) -> ItemFilter? {
        guard let value = value(name) else { return nil }
        if case .string = value { return expression(name).map { ItemFilter($0) } }
        return nested(value, at: pointer(name)) { ItemFilter(&$0) }
    }

    /// A place: an object of `latitude` and `longitude`, in degrees.
    mutating func place(_ name: String) -> Place? {
        guard let value = value(name) else { return nil }
        return nested(value, at: pointer(name)) { fields in
            let degrees = [(Place.attributes.latitude, 90.0), (Place.attributes.longitude, 180.0)].map { name, limit in
                if fields.value(name) == nil { fields.fault(name, "is missing") }
                return fields.number(name, in: -limit...limit)
            }
            guard let latitude = degrees[0], let longitude = degrees[1] else { return nil }
            return Place(latitude: latitude, longitude: longitude)
        }
    }

    /// What is known of the moment: a few attributes, since every answer keeps them.
    mutating func context(_ name: String) -> [String: AttributeValue]? {
        guard let context = attributes(name, maximum: Impression.maximumContext) else { return nil }
        let longest = Impression.longestContext
        for (member, value) in context where member.isEmpty || !value.fits(longest - member.utf8.count) {
            fault(name, member, "must have at most \(longest) bytes with its name, which is not empty")
        }
        return context
    }

    /// A filter expression.
    mutating func expression(_ name: String) -> FilterExpression? {
        guard let text = string(name) else { return nil }
        do {
            return try FilterExpression(text)
        } catch let error {
            fault(name, error.description)
            return nil
        }
    }

    /// The details of items that an answer shall carry.
    mutating func itemFields(_ name: String) -> ItemFields? {
        guard let names = strings(name, maximum: ItemFields.maximumCount) else { return nil }
        do {
            return try ItemFields(names)
        } catch let error {
            fault(name, "\(error)".replacing("\n", with: " "))
            return nil
        }
    }

    /// Attributes of an item, a user or a filter.
    mutating func attributes(_ name: String, maximum: Int = 1000) -> [String: AttributeValue]? {
        guard let value = value(name) else { return nil }
        guard case .object(let members) = value, members.count <= maximum else {
            fault(name, "must be an object of at most \(maximum) members")
            return nil
        }
        var attributes: [String: AttributeValue] = [:]
        for member in members {
            if let attribute = AttributeValue(member.value) {
                attributes[member.name] = attribute
            } else {
                fault(name, member.name, "must be a number, a boolean, a string or an array of strings")
            }
        }
        return attributes
    }

    /// Events of a session.
    mutating func sessionEvents(_ name: String) -> [SessionEvent]? {
        guard let value = value(name) else { return nil }
        guard case .array(let values) = value, values.count <= 1000 else {
            fault(name, "must be an array of at most 1000 events")
            return nil
        }
        var events: [SessionEvent] = []
        for (position, value) in values.enumerated() {
            let event = nested(value, at: "\(pointer(name))/\(position)") { fields in
                if fields.value("item") == nil { fields.fault("item", "is missing") }
                let item = fields.identifier("item")
                let type = fields.identifier("type").map(EventType.init(rawValue:))
                let time = fields.time("time")
                return item.map { SessionEvent(item: $0, type: type, time: time) }
            }
            if let event { events.append(event) }
        }
        return events
    }
}

extension Impression {
    /// How many attributes of its moment a request has at most.
    static let maximumContext = 32
    /// How many bytes each has at most, with its name.
    static let longestContext = 256
}

extension AttributeValue {
    /// Whether its texts have no more bytes than this, each in its quotes.
    fileprivate func fits(_ bytes: Int) -> Bool {
        switch self {
        case .number, .flag: bytes >= 0
        case .text(let text): text.utf8.count <= bytes
        case .texts(let texts): texts.reduce(0) { $0 + $1.utf8.count + 3 } <= bytes
        }
    }

    /// A JSON number, boolean, string or array of strings; `nil` for anything else.
    init?(_ value: JSONValue) {
        switch value {
        case .number(let number): self = .number(number)
        case .bool(let flag): self = .flag(flag)
        case .string(let text): self = .text(text)
        case .array(let values):
            let texts = values.compactMap { if case .string(let text) = $0 { text } else { nil } }
            guard texts.count == values.count, texts.count <= 1000 else { return nil }
            self = .texts(texts)
        case .null, .object: return nil
        }
    }

    /// The plain JSON value.
    var json: JSONValue {
        switch self {
        case .number(let number): .number(number)
        case .flag(let flag): .bool(flag)
        case .text(let text): .string(text)
        case .texts(let texts): .array(texts.map { .string($0) })
        }
    }
}
