import FreshetCore
import Hummingbird

/// What the OpenAPI document says of a route.
struct Operation: Sendable {
    /// A name for generated clients, such as `putItem`.
    let id: String
    /// The group of the route.
    let tag: String
    /// One line.
    let summary: String
    var detail: String?
    var parameters: [Parameter] = []
    var body: Body?
    let answer: Answer
    /// Kinds of problems beside those that every route, or every route with a body, has.
    var problems: [Problem.Kind] = []

    /// One parameter of the path or of the query.
    struct Parameter: Sendable {
        let name: String
        /// `path` or `query`.
        let place: String
        let detail: String
        let schema: JSONValue
        /// Whether it may come more than once.
        var isList = false
    }

    /// What is sent.
    struct Body: Sendable {
        let detail: String
        /// The schema by media type.
        let schemas: [(type: String, schema: JSONValue)]
    }

    /// What comes back when all is well.
    struct Answer: Sendable {
        let status: Int
        let detail: String
        var type = "application/json"
        var schema: JSONValue?
        /// Whether `Accept: text/csv` is answered by a table.
        var isTable = false
    }

    init(
        _ id: String,
        tag: String,
        _ summary: String,
        detail: String? = nil,
        parameters: [Parameter] = [],
        body: Body? = nil,
        answer: Answer,
        problems: [Problem.Kind] = []
    ) {
        self.id = id
        self.tag = tag
        self.summary = summary
        self.detail = detail
        self.parameters = parameters
        self.body = body
        self.answer = answer
        self.problems = problems
    }
}

extension Operation.Parameter {
    /// An id in the path.
    static func id(of what: String) -> Self {
        .init(
            name: "id",
            place: "path",
            detail: "The id of the \(what), percent-encoded; slashes too.",
            schema: Schemas.identifier
        )
    }

    /// A version in the path.
    static let version = Self(
        name: "version",
        place: "path",
        detail: "A version such as `3.17`.",
        schema: Schemas.reference("Version")
    )

    /// A whole number in the query.
    static func integer(_ name: String, _ range: ClosedRange<Int>, default preset: Int, _ detail: String) -> Self {
        let schema: JSONValue = [
            "type": "integer", "minimum": .number(Double(range.lowerBound)),
            "maximum": .number(Double(range.upperBound)), "default": .number(Double(preset)),
        ]
        return .init(name: name, place: "query", detail: detail, schema: schema)
    }

    /// A text in the query.
    static func text(_ name: String, _ detail: String) -> Self {
        .init(name: name, place: "query", detail: detail, schema: Schemas.shortText)
    }

    /// The parameters of a page of a list.
    static let page: [Self] = [
        .text("search", "Only those whose id (or title) contains this."),
        .text("cursor", "The `next` of the page before."),
        .integer("limit", 1...1000, default: 100, "How many at most."),
    ]

    /// The parameters of a list of items: who asks, which items may appear, and what is told of them.
    static let list: [Self] =
        [
            .init(
                name: "user",
                place: "query",
                detail: "Whose list it is: what they may not be shown again is left out.",
                schema: Schemas.identifier
            ), .text("scenario", "The place in the product that asks."),
            .text("place", "Where it is asked from: latitude and longitude in degrees, as in `59.91,10.75`."),
            .init(
                name: "filter",
                place: "query",
                detail: "A condition on the items, such as `attributes.price < 20`.",
                schema: Schemas.expression
            ), .text("fields", "Details of the items, between commas: `title,attributes.price`."),
        ]
        + [
            ("category", "At least one of these categories."), ("exclude_category", "None of these categories."),
            ("tag", "At least one of these tags."),
        ].map { name, detail in
            let schema: JSONValue = ["type": "array", "items": Schemas.shortText]
            return .init(name: name, place: "query", detail: detail, schema: schema, isList: true)
        }
}

extension Operation.Body {
    /// A body of JSON.
    static func json(_ detail: String, _ schema: JSONValue) -> Self {
        .init(detail: detail, schemas: [("application/json", schema)])
    }

    /// One, several in an array, or one a line.
    static func delivery(_ what: String, _ schema: JSONValue) -> Self {
        .init(
            detail: "One \(what), an array of them, or one a line.",
            schemas: [
                ("application/json", ["anyOf": [schema, ["type": "array", "items": schema]]]),
                ("application/x-ndjson", ["type": "string", "description": .string("One \(what) a line.")]),
            ]
        )
    }
}
