import Foundation
import FreshetEngine
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import FreshetServer

/// The document says what there is, all of it and nothing else.
@Suite struct OpenAPITests {
    private static func document() async throws -> ([String: Any], [Route]) {
        let test = try await TestServer()
        let document = OpenAPIDocument.make(test.server.routes, version: "1")
        var writer = JSONWriter()
        writer.value(document)
        let read = try JSONSerialization.jsonObject(with: Data(String(buffer: writer.buffer).utf8))
        return (try #require(read as? [String: Any]), test.server.routes)
    }

    @Test func hasEveryRouteAndNoOther() async throws {
        let (document, routes) = try await Self.document()
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        let described = Set(paths.flatMap { path, methods in methods.keys.map { "\($0.uppercased()) \(path)" } })
        #expect(described == Set(routes.map { "\($0.method.rawValue) \($0.path)" }))
        #expect(Set(routes.map(\.operation.id)).count == routes.count)
        for route in routes {
            let declared = route.operation.parameters.filter { $0.place == "path" }.map(\.name)
            #expect(declared == route.pathParameters, "\(route.path)")
        }
    }

    @Test func isServedAsItIsMade() async throws {
        try await TestServer().test { client in
            let answer = try await client.send(.get, "/openapi.json")
            #expect(answer.status == 200 && answer.json["openapi"] as? String == "3.1.0")
            let paths = answer.json["paths"] as? [String: Any]
            #expect(paths?["/openapi.json"] != nil && paths?["/v1/events"] != nil)
        }
    }

    @Test func refersToWhatIsThere() async throws {
        let (document, _) = try await Self.document()
        let schemas = try #require((document["components"] as? [String: Any])?["schemas"] as? [String: Any])
        var references: Set<String> = []
        func collect(_ value: Any) {
            if let object = value as? [String: Any] {
                if let reference = object["$ref"] as? String { references.insert(reference) }
                object.values.forEach(collect)
            } else if let array = value as? [Any] {
                array.forEach(collect)
            }
        }
        collect(document)
        #expect(references == Set(schemas.keys.map { "#/components/schemas/\($0)" }))
    }

    /// What a body's schema does not name is refused, so it says that there is nothing else.
    @Test func bodiesHaveNoOtherFields() async throws {
        let (document, _) = try await Self.document()
        let schemas = try #require((document["components"] as? [String: Any])?["schemas"] as? [String: [String: Any]])
        for (name, _) in Schemas.requests + Schemas.experimentRequests where schemas[name]?["properties"] != nil {
            #expect(schemas[name]?["additionalProperties"] as? Bool == false, "\(name)")
        }
    }

    /// Each documented operation has a route behind it: nothing answers 404 for the path or 405.
    @Test func everyOperationAnswers() async throws {
        let test = try await TestServer()
        try await test.test { client in
            for route in test.server.routes where route.path != "/v1/status/stream" {
                let path = route.path.replacing("{version}", with: "9.9").replacing("{id}", with: "x")
                let answer = try await client.send(route.method, path)
                #expect(answer.status != 405 && !answer.text.contains("nothing at this path"), "\(route.path)")
            }
        }
    }
}
