import FreshetCore

extension Rule {
    /// More pins, weights or shares of one rule are refused.
    static let maximumEntries = 100

    /// Reads a rule.
    ///
    /// - Parameters:
    ///   - fields: the body.
    ///   - path: the id in the path, with which the body's must agree.
    ///   - unnamed: the id where neither has one; `nil` where one has to.
    init(_ fields: inout JSONFields, path: String?, unnamed: String? = nil) {
        let own = fields.string("id")
        if let own, let path, own != path { fields.fault("id", "is not the id in the path, '\(path)'") }
        if own == nil, path == nil, unnamed == nil, fields.value("id") == nil { fields.fault("id", "is missing") }
        self.init(id: path ?? own ?? unnamed ?? "")
        if path == nil, let own, let problem = Rule.problem(withID: own) { fields.fault("id", problem) }
        enabled = fields.bool("enabled") ?? true
        from = fields.time("from")
        until = fields.time("until")
        holdout = fields.number("holdout", in: 0...0.9)
        if let condition = fields.value("when") {
            when = fields.nested(condition, at: fields.pointer("when")) { Condition(&$0) } ?? Condition()
        }
        if let actions = fields.value("then") {
            then = fields.nested(actions, at: fields.pointer("then")) { Actions(&$0) } ?? Actions()
        } else {
            fields.fault("then", "is missing")
        }
    }
}

extension Rule.Condition {
    fileprivate init(_ fields: inout JSONFields) {
        self.init(
            scenario: fields.shortText("scenario"),
            segment: fields.string("segment"),
            item: fields.identifier("item")
        )
    }
}

extension Rule.Actions {
    fileprivate init(_ fields: inout JSONFields) {
        self.init(
            pin: fields.list("pin") { fields in
                if fields.value("item") == nil { fields.fault("item", "is missing") }
                if fields.value("position") == nil { fields.fault("position", "is missing") }
                let (item, position) = (fields.identifier("item"), fields.integer("position", in: 1...1000))
                guard let item, let position else { return nil }
                return Rule.Pin(item: item, position: position)
            },
            boost: fields.weights("boost"),
            bury: fields.weights("bury"),
            hide: fields.expression("hide"),
            filter: fields.expression("filter"),
            share: fields.list("share") { fields in
                if fields.value("at_least") == nil { fields.fault("at_least", "is missing") }
                let (filter, share) = (fields.requiredExpression("filter"), fields.number("at_least", in: 0...1))
                guard let filter, let share else { return nil }
                return Rule.Share(filter: filter, atLeast: share)
            },
            objective: fields.objective("objective")
        )
    }
}

extension JSONFields {
    /// A list of objects.
    fileprivate mutating func list<Entry>(_ name: String, _ read: (inout JSONFields) -> Entry?) -> [Entry]? {
        guard let value = value(name) else { return nil }
        guard case .array(let values) = value, values.count <= Rule.maximumEntries else {
            fault(name, "must be an array of at most \(Rule.maximumEntries) objects")
            return nil
        }
        return values.enumerated().compactMap { position, value in
            nested(value, at: "\(pointer(name))/\(position)", read)
        }
    }

    fileprivate mutating func weights(_ name: String) -> [Rule.Weight]? {
        list(name) { fields in
            if fields.value("by") == nil { fields.fault("by", "is missing") }
            let (filter, factor) = (fields.requiredExpression("filter"), fields.number("by", in: 1...1e6))
            guard let filter, let factor else { return nil }
            return Rule.Weight(filter: filter, by: factor)
        }
    }

    fileprivate mutating func requiredExpression(_ name: String) -> FilterExpression? {
        if value(name) == nil { fault(name, "is missing") }
        return expression(name)
    }

    /// Numbers from -1 to 1 by the name of an attribute.
    fileprivate mutating func objective(_ name: String) -> [String: Double]? {
        guard let value = value(name) else { return nil }
        guard case .object(let members) = value, members.count <= Rule.maximumEntries else {
            fault(name, "must be an object of at most \(Rule.maximumEntries) members")
            return nil
        }
        var weights: [String: Double] = [:]
        for member in members {
            if case .number(let weight) = member.value, (-1...1).contains(weight) {
                weights[member.name] = weight
            } else {
                fault(name, member.name, "must be a number from -1 to 1")
            }
        }
        return weights
    }
}

/// The body of `POST /v1/rules/dry-run`: a rule, and a question as `POST /v1/recommendations` takes it.
struct DryRunRequest {
    let rule: Rule
    let question: RecommendationRequest

    init(_ body: JSONValue, maximumCount: Int, identifiers: IdentifierRule) throws(Problem) {
        var fields = try JSONFields(body, identifiers: identifiers)
        var rule = Rule(id: "")
        if let value = fields.value("rule") {
            rule = fields.nested(value, at: fields.pointer("rule")) { Rule(&$0, path: nil, unnamed: "dry-run") } ?? rule
        } else {
            fields.fault("rule", "is missing")
        }
        self.rule = rule
        var question = RecommendationRequest(user: fields.identifier("user"), events: fields.sessionEvents("events"))
        question.session = fields.identifier("session")
        question.read(&fields, maximumCount: maximumCount)
        self.question = question
        try fields.finish()
    }
}
