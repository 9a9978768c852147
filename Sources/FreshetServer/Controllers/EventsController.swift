import FreshetCore
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
        accepted = registry.counter("freshet_http_events", engine.tenant.labels + [("outcome", "accepted")])
        rejected = registry.counter("freshet_http_events", engine.tenant.labels + [("outcome", "rejected")])
    }

    var routes: [Route] {
        let operation = Operation(
            "sendEvents",
            tag: "events",
            "Send events",
            detail: """
                At most \(maximum). They are durable when the answer comes, and the next request sees them. Events that \
                are refused are listed; the others stand. When none can be kept the answer is 400 and lists why. An \
                event that carries an `id` counts once, however often it is sent, so a delivery whose answer was lost \
                can be sent again. An event whose `recommendation_id` no answer had is kept, and a warning says so. \
                Where several servers answer, the `offset` goes into the header `Freshet-Read-After` of whatever must know \
                these events.
                """,
            body: .delivery("event", Schemas.reference("Event")),
            answer: .init(status: 202, detail: "Kept.", schema: Schemas.reference("Delivery")),
            problems: [.invalidRequest, .quotaExceeded]
        )
        return [Route(.post, "/v1/events", right: .events, operation, send), removal]
    }

    private var removal: Route {
        Route(
            .delete,
            "/v1/events/{id}",
            right: .write,
            Operation(
                "removeEvent",
                tag: "events",
                "Take an event back",
                detail:
                    "By the `id` that it was sent with: it is gone from the log, the history and the next training.",
                parameters: [.id(of: "event")],
                answer: .init(status: 204, detail: "It is gone."),
                problems: [.notFound]
            ),
            remove
        )
    }

    @Sendable private func remove(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.identifier()
        guard try await engine.removeEvent(id) else { throw Problem.notFound("event '\(id)'") }
        return Response(status: .noContent)
    }

    @Sendable private func send(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await bodies.read(request, context, as: BodyReader.jsonOrLines) { bytes, form in
            let body = try parse(bytes, form)
            var rejections = body.refusals.map { Problem.Rejection(index: $0.index, error: $0.reason) }
            let outcome = try await engine.accept(body.events)
            rejections += outcome.rejected.map { .init(index: body.indices[$0.index], error: $0.error) }
            rejections.sort { $0.index < $1.index }
            accepted.increment(by: Int64(outcome.accepted))
            rejected.increment(by: Int64(rejections.count))
            if body.count > 0, outcome.accepted == 0 { throw Self.problem(body, rejections) }
            // One that names several items is named once.
            let warnings = Set(outcome.unknownRecommendations.map { body.indices[$0] }).sorted()
            return Self.answer(outcome, rejections, warnings: warnings)
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

    private static func problem(_ body: EventBody, _ rejections: [Problem.Rejection]) -> Problem {
        if body.isSingle, let refusal = body.refusals.first { return .malformed(refusal.reason) }
        return .refused(rejections, of: body.count, "event")
    }

    private static func answer(
        _ outcome: AcceptedEvents,
        _ rejections: [Problem.Rejection],
        warnings: [Int]
    ) -> Response {
        var writer = JSONWriter(capacity: 64 + rejections.count * 96 + warnings.count * 96)
        writer.raw("{\"accepted\":")
        writer.integer(outcome.accepted)
        if outcome.duplicates > 0 {
            writer.raw(",\"duplicates\":")
            writer.integer(outcome.duplicates)
        }
        writer.raw(",\"rejected\":")
        writer.array(rejections) { $0.rejection($1) }
        if !warnings.isEmpty {
            writer.raw(",\"warnings\":")
            writer.array(warnings) { writer, index in
                writer.raw("{\"index\":")
                writer.integer(index)
                writer.raw(
                    ",\"warning\":\"no answer of this server has this 'recommendation_id'; the event counts all the same\"}"
                )
            }
        }
        writer.raw(",\"offset\":")
        writer.integer(Int(outcome.offset))
        writer.raw("}")
        return .json(writer, status: .accepted)
    }
}
