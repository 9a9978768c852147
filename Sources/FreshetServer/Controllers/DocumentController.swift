import FreshetCore
import Hummingbird

/// `GET /openapi.json`: the contract, made from the table of routes that it is itself a row of.
struct DocumentController {
    let version: String

    /// The routes of others, and the document's own.
    func routes(describing others: [Route]) -> [Route] {
        let operation = Operation(
            "openapi",
            tag: "documents",
            "This document",
            answer: .init(status: 200, detail: "The document.", schema: ["type": "object"])
        )
        let placeholder = Route(.get, "/openapi.json", right: nil, operation) { _, _ in Response(status: .ok) }
        let all = others + [placeholder]
        let document = Response.json(OpenAPIDocument.make(all, version: version))
        return others + [Route(.get, placeholder.path, right: nil, operation) { _, _ in document }]
    }
}
