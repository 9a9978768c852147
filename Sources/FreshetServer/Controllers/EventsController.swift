import FreshetData
import FreshetEngine
import Hummingbird

/// `POST /v1/events`: bytes to events, events to the engine, without Foundation and without a copy of the body.
struct EventsController {
    let engine: Engine
    let bodies: BodyReader
    let maximum: Int
    private let accepted: PrometheusNumber
    private let rejected: PrometheusNumber

    init(engine: Engine, bodies: BodyReader, configuration: ServerConfiguration, registry: PrometheusRegistry) {
        self.engine = engine
        self.bodies = bodies
        maximum = min(configuration.limits.events, engine.configuration.ingest.maximumBatch)
        registry.describe("freshet_http_events", "Events received over HTTP, by what became of them.")
        accepted = registry.counter("freshet_http_events", [("outcome", "accepted")])
        rejected = registry.counter("freshet_http_events", [("outcome", "rejected")])
    }

    var routes: [Route] {
        let operation = Operation(
            "sendEvents",
            tag: "events",
            "Send events",
            detail: """
                At most \(maximum). They are durable when the answer comes, and the next request sees them. Events that \
                are refused are listed; the others stand. When none has the right form the answer is 400. An event \
                that carries an `id` counts once, however often it is sent, so a delivery whose answer was lost can \
                be sent again.
                """,
            body: .delivery("event", Schemas.reference("Event")),
            answer: .init(status: 202, detail: "Kept.", schema: Schemas.reference("Delivery")),
            problems: [.invalidRequest]
        )
        return [Route(.post, "/v1/events", right: .write, operation, send)]
    }

    @Sendable private func send(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await bodies.read(request, context, as: BodyReader.jsonOrLines) { bytes, form in
            let body = try parse(bytes, form)
            guard !body.events.isEmpty || body.refusals.isEmpty else {
                rejected.increment(by: Int64(body.refusals.count))
                throw Self.problem(body)
            }
            let outcome = try await engine.accept(body.events)
            var rejections = body.refusals.map { Problem.Rejection(index: $0.index, error: $0.reason) }
            rejections += outcome.rejected.map { .init(index: body.indices[$0.index], error: $0.error) }
            rejections.sort { $0.index < $1.index }
            accepted.increment(by: Int64(outcome.accepted))
            rejected.increment(by: Int64(rejections.count))
            return Self.answer(outcome.accepted, outcome.duplicates, rejections)
        }
    }

    private func parse(_ bytes: ByteBuffer, _ form: BodyReader.Form) throws(Problem) -> EventBody {
        let parsed = bytes.withUnsafeReadableBytes { raw in
            Result { () throws(JSONFault) in
                let form: EventBody.Form = form == .json ? .json : .lines
                return try EventBody(
                    raw.bindMemory(to: UInt8.self),
                    form: form,
                    maximumCount: maximum,
                    identifiers: engine.configuration.ingest.identifiers
                )
            }
        }
        do {
            return try parsed.get()
        } catch {
            throw .malformed(error.description)
        }
    }

    private static func problem(_ body: EventBody) -> Problem {
        if body.isSingle { return .malformed(body.refusals[0].reason) }
        var problem = Problem(.invalidRequest, "None of the \(body.count) events can be read.")
        problem.rejected = body.refusals.map { .init(index: $0.index, error: $0.reason) }
        return problem
    }

    private static func answer(_ accepted: Int, _ duplicates: Int, _ rejections: [Problem.Rejection]) -> Response {
        var writer = JSONWriter(capacity: 64 + rejections.count * 96)
        writer.raw("{\"accepted\":")
        writer.integer(accepted)
        if duplicates > 0 {
            writer.raw(",\"duplicates\":")
            writer.integer(duplicates)
        }
        writer.raw(",\"rejected\":")
        writer.array(rejections) { $0.rejection($1) }
        writer.raw("}")
        return .json(writer, status: .accepted)
    }
}
