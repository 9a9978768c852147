import FreshetCore

/// The body of `POST /v1/recommendations/batch`: one question for many users.
struct BatchRequest {
    /// More answers than this of one request are refused, counted in items.
    static let maximumItems = 100_000
    static let maximumUsers = 1000

    let users: [String]
    private(set) var question = RecommendationRequest()

    init(_ body: JSONValue, counts: (preset: Int, maximum: Int), identifiers: IdentifierRule) throws(Problem) {
        var fields = try JSONFields(body, identifiers: identifiers)
        let users = fields.identifiers("users", maximum: Self.maximumUsers)
        if users?.isEmpty ?? (fields.value("users") == nil) { fields.fault("users", "must name at least one user") }
        self.users = users ?? []
        question.read(&fields, maximumCount: counts.maximum)
        let items = self.users.count * (question.count ?? counts.preset)
        if items > Self.maximumItems {
            fields.fault(
                "users",
                "times 'count' make \(items) items; at most \(Self.maximumItems) are answered at once"
            )
        }
        try fields.finish()
    }
}
