import FreshetCore

extension ShelvesRequest {
    /// The most rows of a page.
    static let maximumShelves = 20

    /// Reads the body of `POST /v1/shelves`.
    init(_ body: JSONValue, maximumCount: Int, identifiers: IdentifierRule) throws(Problem) {
        var fields = try JSONFields(body, identifiers: identifiers)
        let shelves = fields.integer("shelves", in: 1...Self.maximumShelves)
        var question = RecommendationRequest(user: fields.identifier("user"), events: fields.sessionEvents("events"))
        question.session = fields.identifier("session")
        question.read(&fields, maximumCount: maximumCount)
        try fields.finish()
        self.init(question)
        if let shelves { self.shelves = shelves }
    }
}
