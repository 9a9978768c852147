import FreshetCore
import FreshetEngine

/// The body of `POST /v1/classify`.
struct ClassifyRequest {
    /// The most labels of each text.
    static let mostLabels = 100

    let texts: [String]
    let classifier: String?
    let top: Int

    init(_ body: JSONValue) throws(Problem) {
        var fields = try JSONFields(body, identifiers: IdentifierRule())
        let texts = fields.strings("texts", maximum: Engine.mostTexts)
        if texts?.isEmpty ?? (fields.value("texts") == nil) { fields.fault("texts", "must hold a text at least") }
        self.texts = texts ?? []
        classifier = fields.shortText("classifier")
        top = fields.integer("top", in: 1...Self.mostLabels) ?? 1
        try fields.finish()
    }
}

/// The body of `POST /v1/replies`.
struct RepliesRequest {
    /// The most answers.
    static let mostAnswers = 20
    private static let usualAnswers = 3

    let question: String
    let replies: String?
    let count: Int

    init(_ body: JSONValue) throws(Problem) {
        var fields = try JSONFields(body, identifiers: IdentifierRule())
        let question = fields.string("question")
        if question == nil, fields.value("question") == nil { fields.fault("question", "is missing") }
        self.question = question ?? ""
        replies = fields.shortText("replies")
        count = fields.integer("count", in: 1...Self.mostAnswers) ?? Self.usualAnswers
        try fields.finish()
    }
}
