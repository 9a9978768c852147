import Foundation
import FreshetCore
import Hummingbird

/// One operation: what the router registers and the OpenAPI document describes.
///
/// Both are made from the same table of these, so neither has something that the other lacks.
struct Route: Sendable {
    /// Answers a request.
    typealias Handler = @Sendable (Request, ServerContext) async throws -> Response

    let method: HTTPRequest.Method
    /// The path with its parameters in braces, such as `/v1/items/{id}`.
    let path: String
    /// What a key must be allowed to do; `nil` where nobody needs a key.
    let right: Right?
    let operation: Operation
    let handler: Handler

    init(
        _ method: HTTPRequest.Method,
        _ path: String,
        right: Right?,
        _ operation: Operation,
        _ handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.right = right
        self.operation = operation
        self.handler = handler
    }

    /// The names of the parameters in the path.
    var pathParameters: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }

    /// The path as the router writes it.
    var routerPath: RouterPath { RouterPath(path.replacing("{", with: ":").replacing("}", with: "")) }

    /// Whether a request's path is one of this route's.
    func matches(_ requestPath: String) -> Bool {
        let parts = path.split(separator: "/")
        let others = requestPath.split(separator: "/")
        return parts.count == others.count && zip(parts, others).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
}

extension ServerContext {
    /// An external id from the path, percent-decoded; slashes in it are encoded.
    func identifier(_ name: String = "id", by rule: IdentifierRule = IdentifierRule()) throws(Problem) -> String {
        guard let text = parameters.get(name)?.removingPercentEncoding else {
            throw .invalid([.init(pointer: "{\(name)}", detail: "is not percent-encoded UTF-8")])
        }
        if let problem = rule.problem(with: text) { throw .invalid([.init(pointer: "{\(name)}", detail: problem)]) }
        return text
    }

    /// A version from the path.
    func version() throws(Problem) -> ModelVersion {
        let text = try identifier("version")
        guard let version = ModelVersion(text) else {
            throw .invalid([.init(pointer: "{version}", detail: "must be a version such as 3.17")])
        }
        return version
    }
}
