import FreshetCore
import Hummingbird

/// The OpenAPI 3.1 document of a table of routes.
enum OpenAPIDocument {
    /// The document.
    static func make(_ routes: [Route], version: String) -> JSONValue {
        var paths: [(path: String, operations: [JSONValue.Member])] = []
        for route in routes {
            let member = JSONValue.Member(name: route.method.rawValue.lowercased(), value: operation(route))
            if let known = paths.firstIndex(where: { $0.path == route.path }) {
                paths[known].operations.append(member)
            } else {
                paths.append((route.path, [member]))
            }
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Freshet", "version": .string(version),
                "description": "A recommender engine that never stops learning: events in, recommendations out.",
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "paths": .object(paths.map { .init(name: $0.path, value: .object($0.operations)) }),
            "components": [
                "schemas": .object(Schemas.all.map { .init(name: $0.name, value: $0.schema) }),
                "securitySchemes": [
                    "key": [
                        "type": "http", "scheme": "bearer",
                        "description": "A key of the server. Without any key the server is open on loopback only.",
                    ],
                    "session": [
                        "type": "apiKey", "in": "cookie", "name": .string(LoginCookie.name),
                        "description": "A login of a browser, made by POST /v1/session.",
                    ],
                ],
            ],
        ]
    }

    private static func operation(_ route: Route) -> JSONValue {
        let operation = route.operation
        var members: [JSONValue.Member] = [
            .init(name: "operationId", value: .string(operation.id)),
            .init(name: "tags", value: [.string(operation.tag)]),
            .init(name: "summary", value: .string(operation.summary)),
        ]
        if let detail = operation.detail { members.append(.init(name: "description", value: .string(detail))) }
        if !operation.parameters.isEmpty {
            members.append(.init(name: "parameters", value: .array(operation.parameters.map(parameter))))
        }
        if let body = operation.body { members.append(.init(name: "requestBody", value: self.body(body))) }
        members.append(.init(name: "responses", value: .object(responses(route))))
        if let right = route.right {
            // The empty requirement stands for a server without keys, which is open on loopback.
            members.append(.init(name: "security", value: [["key": []], ["session": []], [:]]))
            members.append(.init(name: "x-right", value: .string(right.rawValue)))
        }
        return .object(members)
    }

    private static func parameter(_ parameter: Operation.Parameter) -> JSONValue {
        var value: JSONValue = [
            "name": .string(parameter.name), "in": .string(parameter.place),
            "required": .bool(parameter.place == "path"), "description": .string(parameter.detail),
            "schema": parameter.schema,
        ]
        if parameter.isList { value = value.adding("style", "form").adding("explode", true) }
        return value
    }

    private static func body(_ body: Operation.Body) -> JSONValue {
        [
            "required": true, "description": .string(body.detail),
            "content": .object(body.schemas.map { .init(name: $0.type, value: ["schema": $0.schema]) }),
        ]
    }

    private static func responses(_ route: Route) -> [JSONValue.Member] {
        let answer = route.operation.answer
        var success: JSONValue = ["description": .string(answer.detail), "headers": headers]
        if let schema = answer.schema {
            var content = [JSONValue.Member(name: answer.type, value: ["schema": schema])]
            if answer.isTable {
                content.append(.init(name: Response.csvType, value: ["schema": ["type": "string"]]))
            }
            success = success.adding("content", .object(content))
        }
        var kinds = Set(route.operation.problems + [.internalError, .unavailable, .misdirected])
        if !route.operation.parameters.isEmpty { kinds.insert(.invalidRequest) }
        if route.operation.body != nil {
            kinds.formUnion([.malformedBody, .timeout, .tooLarge, .unsupportedMediaType, .tooManyRequests])
        }
        if route.right != nil { kinds.formUnion([.unauthorized, .forbidden, .tooManyRequests]) }
        if route.method != .get { kinds.insert(.forbidden) }
        let statuses = Dictionary(grouping: kinds, by: \.status.code).sorted { $0.key < $1.key }
        return [.init(name: String(answer.status), value: success)]
            + statuses.map { .init(name: String($0.key), value: problem($0.value[0])) }
    }

    private static func problem(_ kind: Problem.Kind) -> JSONValue {
        let mayComeAgain = kind == .tooManyRequests || kind == .unavailable
        return [
            "description": .string(kind.title + "."),
            "headers": mayComeAgain ? headers.adding("retry-after", retryAfter) : headers,
            "content": ["application/problem+json": ["schema": Schemas.reference("Problem")]],
        ]
    }

    private static let retryAfter: JSONValue = [
        "description": "The seconds after which to send the request again, where that is known.",
        "schema": ["type": "integer", "minimum": 1],
    ]

    private static let headers: JSONValue = [
        "x-request-id": [
            "description": "The trace id of the request.", "schema": ["type": "string", "pattern": "^[0-9a-f]{32}$"],
        ]
    ]
}
