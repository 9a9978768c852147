import FreshetCore

/// The body of `POST /v1/recommendations/labels`, which asks for the categories, tags or brands that suit a user.
struct LabelRequest {
    /// The most items that each label is given.
    static let maximumExamples = 100
    private static let presetExamples = 3

    let kind: LabelKind
    let examples: Int
    let question: RecommendationRequest

    init(_ body: JSONValue, maximumCount: Int, identifiers: IdentifierRule) throws(Problem) {
        var fields = try JSONFields(body, identifiers: identifiers)
        let name = fields.string("of")
        let kind = name.flatMap { LabelKind($0) }
        if kind == nil {
            fields.fault("of", name == nil ? "is missing" : "must be categories, tags or attributes.NAME")
        }
        self.kind = kind ?? .categories
        examples = fields.integer("items", in: 0...Self.maximumExamples) ?? Self.presetExamples
        var question = RecommendationRequest(
            user: fields.identifier("user"),
            events: fields.sessionEvents("events"),
            count: fields.integer("count", in: 1...maximumCount)
        )
        question.session = fields.identifier("session")
        question.scenario = fields.shortText("scenario")
        question.place = fields.place("place")
        question.filter = fields.filter("filter")
        question.exclude = fields.identifiers("exclude", maximum: 10_000)
        question.includeSeen = fields.bool("include_seen")
        self.question = question
        try fields.finish()
    }
}
