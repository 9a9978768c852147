import FreshetCore

/// The body of `POST /v1/users/merge`: who turned out to be whom.
struct MergeRequest {
    /// The visitor.
    let from: String
    /// The account.
    let into: String

    init(_ body: JSONValue, identifiers: IdentifierRule) throws(Problem) {
        var fields = try JSONFields(body, identifiers: identifiers)
        from = fields.identifier("from") ?? ""
        into = fields.identifier("into") ?? ""
        for name in ["from", "into"] where fields.value(name) == nil { fields.fault(name, "is missing") }
        try fields.finish()
    }
}
