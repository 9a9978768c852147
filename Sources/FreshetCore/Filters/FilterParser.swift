/// Parses a filter expression by recursive descent, one function a rule.
///
/// ```text
/// expression  := conjunction ("or" conjunction)*
/// conjunction := negation ("and" negation)*
/// negation    := "not" negation | "(" expression ")" | condition
/// condition   := operand comparison
/// comparison  := ("=" | "!=" | "<" | "<=" | ">" | ">=") operand | "between" operand "and" operand
///              | ["not"] "in" (list | field) | "any" list | "all" list | "exists"
/// ```
struct FilterParser {
    private static let maximumDepth = 32
    private static let maximumValues = 1000

    private var tokens: FilterTokens
    private var token = FilterToken.end
    private var place = 0

    init(_ text: String) throws(FilterSyntaxError) {
        tokens = FilterTokens(text)
        try advance()
    }

    /// The whole text as one expression.
    mutating func expression() throws(FilterSyntaxError) -> FilterNode {
        guard token != .end else { throw error("there is no condition") }
        let node = try disjunction(depth: 0)
        guard token == .end else { throw error("expected 'and', 'or' or the end, not \(token.words)") }
        return node
    }

    private mutating func disjunction(depth: Int) throws(FilterSyntaxError) -> FilterNode {
        var parts = [try conjunction(depth: depth)]
        while try takes("or") { parts.append(try conjunction(depth: depth)) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func conjunction(depth: Int) throws(FilterSyntaxError) -> FilterNode {
        var parts = [try negation(depth: depth)]
        while try takes("and") { parts.append(try negation(depth: depth)) }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func negation(depth: Int) throws(FilterSyntaxError) -> FilterNode {
        guard depth < Self.maximumDepth else { throw error("more than \(Self.maximumDepth) levels of 'not' and '('") }
        if try takes("not") { return .not(try negation(depth: depth + 1)) }
        guard try takesSymbol("(") else { return try condition() }
        let inner = try disjunction(depth: depth + 1)
        guard try takesSymbol(")") else { throw error("expected 'and', 'or' or ')', not \(token.words)") }
        return inner
    }

    private mutating func condition() throws(FilterSyntaxError) -> FilterNode {
        let start = place
        let left = try operand()
        if case .symbol(let symbol) = token, let relation = Self.relations[symbol] {
            try advance()
            let node = FilterNode.test(try test(left, relation, try operand()))
            return symbol == "!=" ? .not(node) : node
        }
        if try takes("in") { return .test(try membership(left)) }
        if try takes("not") {
            guard try takes("in") else { throw error("expected 'in' after 'not', not \(token.words)") }
            return .not(.test(try membership(left)))
        }
        guard case .field(let field) = left.operand else {
            throw tokens.error("a condition begins with a field, such as tags or attributes.price", at: start)
        }
        if try takes("between") {
            let low = try operand()
            guard try takes("and") else { throw error("expected 'and' and the upper bound, not \(token.words)") }
            return .test(try test(field, .between, [low, try operand()]))
        }
        if try takes("any") { return .test(try test(field, .any, try list())) }
        if try takes("all") { return .test(try test(field, .all, try list())) }
        if try takes("exists") { return .test(FilterTest(field, .exists)) }
        throw error("expected a comparison (= != < <= > >= between in any all exists), not \(token.words)")
    }

    // MARK: Operands

    private enum Operand {
        case field(FilterField)
        case value(FilterValue)
    }

    private typealias Placed = (operand: Operand, place: Int)

    private static let relations: [String: FilterRelation] = [
        "=": .equal, "!=": .equal, "<": .less, "<=": .lessOrEqual, ">": .greater, ">=": .greaterOrEqual,
    ]
    private static let fields: [String: FilterField] = [
        "categories": .categories, "category": .categories, "tags": .tags, "tag": .tags, "title": .title,
        "created_at": .createdAt, "distance_km": .distance,
    ]
    private static let durations: [String: Double] = [
        "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800, "second": 1, "seconds": 1, "minute": 60,
        "minutes": 60, "hour": 3600, "hours": 3600, "day": 86_400, "days": 86_400, "week": 604_800, "weeks": 604_800,
    ]

    /// A field or a value.
    private mutating func operand() throws(FilterSyntaxError) -> Placed {
        let start = place
        switch token {
        case .text(let text):
            try advance()
            return (.value(.text(text)), start)
        case .number(let number):
            try advance()
            return (.value(.number(number)), start)
        case .time(let time):
            try advance()
            return (.value(.time(time)), start)
        case .symbol("-"):
            try advance()
            guard case .number(let number) = token else { throw error("expected a number, not \(token.words)") }
            try advance()
            return (.value(.number(-number)), start)
        case .word(let word): return (try named(word), start)
        case .symbol, .end: throw error("expected a field or a value, not \(token.words)")
        }
    }

    /// What a word stands for.
    private mutating func named(_ word: String) throws(FilterSyntaxError) -> Operand {
        let start = place
        try advance()
        switch word.lowercased() {
        case "true": return .value(.flag(true))
        case "false": return .value(.flag(false))
        case "now": return .value(.ago(try age()))
        case "attributes", "attribute": return .field(.attribute(try attributeName(after: word)))
        case "user": return .field(.user(try attributeName(after: word)))
        case let name:
            if let field = Self.fields[name] { return .field(field) }
            throw tokens.error(Self.unknown(word), at: start)
        }
    }

    private static func unknown(_ word: String) -> String {
        let known = fields.keys + ["attributes", "user"]
        if let near = Spelling.nearest(to: word, among: known.sorted()) {
            return "'\(word)' is no field; did you mean '\(near)'?"
        }
        return "'\(word)' is no field; an attribute is written attributes.\(word), a text in quotes"
    }

    private mutating func attributeName(after word: String) throws(FilterSyntaxError) -> String {
        guard try takesSymbol(".") else { throw error("expected '.' and the name of an attribute after '\(word)'") }
        switch token {
        case .word(let name), .text(let name):
            try advance()
            return name
        default: throw error("expected the name of an attribute, not \(token.words)")
        }
    }

    /// The seconds of `- 7 d` after `now`; 0 when nothing follows.
    private mutating func age() throws(FilterSyntaxError) -> Double {
        guard try takesSymbol("-") else { return 0 }
        guard case .number(let number) = token else {
            throw error("expected a duration such as 7d, not \(token.words)")
        }
        try advance()
        guard case .word(let unit) = token, let seconds = Self.durations[unit.lowercased()] else {
            throw error("expected s, min, h, d or w after the number, not \(token.words)")
        }
        try advance()
        return number * seconds
    }

    /// Values in parentheses.
    private mutating func list() throws(FilterSyntaxError) -> [Placed] {
        guard try takesSymbol("(") else { throw error("expected '(' and values, not \(token.words)") }
        var values: [Placed] = []
        repeat {
            guard values.count < Self.maximumValues else { throw error("more than \(Self.maximumValues) values") }
            values.append(try operand())
        } while try takesSymbol(",")
        guard try takesSymbol(")") else { throw error("expected ',' or ')', not \(token.words)") }
        return values
    }

    // MARK: Conditions

    /// What stands behind `in`: values, or a field that the value on the left is looked for in.
    private mutating func membership(_ left: Placed) throws(FilterSyntaxError) -> FilterTest {
        if token == .symbol("(") {
            guard case .field(let field) = left.operand else {
                throw tokens.error("a list is compared with a field, such as tags in (…)", at: left.place)
            }
            return try test(field, .any, try list())
        }
        let right = try operand()
        guard case .field = right.operand else {
            throw tokens.error("expected '(' and values, or a field", at: right.place)
        }
        return try test(right, .equal, left)
    }

    /// A comparison of two sides: an item's field comes to stand on the left.
    private func test(
        _ left: Placed,
        _ relation: FilterRelation,
        _ right: Placed
    ) throws(FilterSyntaxError) -> FilterTest {
        switch (left.operand, right.operand) {
        case (.field(let field), _) where field.isOfItem: return try test(field, relation, [right])
        case (_, .field(let field)) where field.isOfItem: return try test(field, relation.mirrored, [left])
        case (.field(let field), _): return try test(field, relation, [right])
        case (_, .field(let field)): return try test(field, relation.mirrored, [left])
        case (.value, .value):
            throw tokens.error("one side must be a field, such as tags or attributes.price", at: left.place)
        }
    }

    private func test(
        _ field: FilterField,
        _ relation: FilterRelation,
        _ operands: [Placed]
    ) throws(FilterSyntaxError) -> FilterTest {
        var values: [FilterValue] = []
        for (operand, place) in operands { values.append(try value(operand, of: field, relation, at: place)) }
        return FilterTest(field, relation, values)
    }

    /// A value that a field can be compared with.
    private func value(
        _ operand: Operand,
        of field: FilterField,
        _ relation: FilterRelation,
        at place: Int
    ) throws(FilterSyntaxError) -> FilterValue {
        let value: FilterValue
        switch operand {
        case .value(let given): value = given
        case .field(.user(let name)): return .user(name)
        case .field: throw tokens.error("a field is compared with a value or with user.…, not with another", at: place)
        }
        let wantsText = field == .categories || field == .tags || field == .title
        if wantsText, relation.isOrdered {
            throw tokens.error("categories, tags and titles have no order; use = or in", at: place)
        }
        if field == .distance {
            guard case .number = value else { throw tokens.error("expected a number of kilometres", at: place) }
            return value
        }
        switch value {
        case .text(let text) where relation.isOrdered || field == .createdAt:
            guard let milliseconds = Timestamp.milliseconds(from: text) else {
                throw tokens.error("texts have no order; compare with a number or a time such as 2024-05-01", at: place)
            }
            return .time(Double(milliseconds) / 1000)
        case .number(let number) where field == .createdAt: return .time(number)
        case .flag where relation.isOrdered || field == .createdAt:
            throw tokens.error("true and false have no order, and are no time", at: place)
        case .text, .user: return value
        case .number, .flag, .time, .ago:
            guard !wantsText else { throw tokens.error("expected a text in quotes", at: place) }
            return value
        }
    }

    // MARK: Tokens

    private mutating func advance() throws(FilterSyntaxError) { (token, place) = try tokens.token() }

    private mutating func takes(_ keyword: String) throws(FilterSyntaxError) -> Bool {
        guard case .word(let word) = token, word.lowercased() == keyword else { return false }
        try advance()
        return true
    }

    private mutating func takesSymbol(_ symbol: String) throws(FilterSyntaxError) -> Bool {
        guard token == .symbol(symbol) else { return false }
        try advance()
        return true
    }

    private func error(_ message: String) -> FilterSyntaxError { tokens.error(message, at: place) }
}
