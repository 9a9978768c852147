import FreshetCore
import FreshetEngine
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import FreshetServer

/// Every error is a problem document and tells nothing of the inside.
@Suite struct ProblemTests {
    @Test func describesEveryKind() throws {
        for kind in Problem.Kind.allCases {
            let response = Problem(kind, "Details.").response(trace: "0123")
            #expect(response.status == kind.status)
            #expect(response.headers[.contentType] == "application/problem+json")
        }
    }

    @Test func answersUnknownPathsAndMethods() async throws {
        try await TestServer().test { client in
            let unknown = try await client.send(.get, "/v2/nothing")
            #expect(unknown.status == 404 && unknown.json["type"] as? String == "/problems/not-found")
            let instance = try #require(unknown.json["instance"] as? String)
            #expect(instance == "urn:freshet:trace:\(unknown.headers[.requestID] ?? "")")
            let method = try await client.send(.delete, "/v1/events")
            #expect(method.status == 405 && method.headers[.allow] == "POST")
            let item = try await client.send(.post, "/v1/items/x")
            #expect(item.status == 405)
            #expect(item.headers[.allow] == "GET, PUT, PATCH, DELETE, HEAD")
            #expect(try await client.send(.init("PURGE")!, "/v1/items/x").status == 405)
            #expect(try await client.send(.head, "/health/live").status == 200)
        }
    }

    @Test func keepsTheTraceOfTheCaller() async throws {
        try await TestServer().test { client in
            let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
            let header = "00-\(trace)-00f067aa0ba902b7-01"
            let answer = try await client.send(.get, "/health/live", headers: [.traceHeader: header])
            #expect(answer.headers[.requestID] == trace)
            let other = try await client.send(.get, "/health/live", headers: [.traceHeader: "00-zz-1-2"])
            #expect(other.headers[.requestID]?.count == 32)
        }
    }

    @Test(arguments: [
        "", "00", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
    ]) func refusesUnsoundTraces(header: String) {
        #expect(TraceContext.parse(header) == nil)
    }

    @Test func hidesWhatIsOurs() throws {
        let failure = FreshetError(.external, "disk full at /var/lib/secret")
        #expect(Problem.isOurs(failure))
        let problem = try #require(Problem(failure))
        #expect(problem.kind == .unavailable && !problem.detail.contains("secret") && problem.retryAfter != nil)
        #expect(Problem(FreshetError(.invalidData, "damaged /var/lib/secret")) == nil)
        #expect(Problem(FreshetError(.usage, "Too many."))?.kind == .invalidRequest)
        #expect(Problem(FreshetError(.notFound, "There is no item 'x'."))?.kind == .notFound)
        #expect(Problem(FreshetError(.conflict, "It is the last one."))?.kind == .conflict)
    }
}
