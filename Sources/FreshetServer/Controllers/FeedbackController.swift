import FreshetCore
import FreshetEngine
import FreshetFeedback
import Hummingbird

/// How well the answers do.
struct FeedbackController {
    let engine: Engine

    var routes: [Route] {
        [
            Route(
                .get,
                "/v1/feedback",
                right: .read,
                Operation(
                    "getFeedback",
                    tag: "status",
                    "What came of the answers",
                    detail: """
                        Clicks, conversions and value by what was shown, with 95% intervals clustered by user. A figure without \
                        data is missing, which is not 0. What happened within the last half second is not in it yet.
                        """,
                    parameters: [
                        .init(
                            name: "by",
                            place: "query",
                            detail: "What to tell apart, between commas: "
                                + FeedbackDimension.allCases.map(\.rawValue).joined(separator: ", ") + ".",
                            schema: ["type": "string"]
                        ),
                        .init(
                            name: "from",
                            place: "query",
                            detail: "The first day, in UTC.",
                            schema: ["type": "string"]
                        ),
                        .init(name: "to", place: "query", detail: "The last day, in UTC.", schema: ["type": "string"]),
                    ],
                    answer: .init(status: 200, detail: "Figures.", schema: Schemas.reference("Feedback"))
                ),
                feedback
            )
        ]
    }

    @Sendable private func feedback(_ request: Request, _ context: ServerContext) async throws -> Response {
        var query = QueryFields(request, known: ["by", "from", "to"])
        let by = query.string("by")
        let (from, to) = (query.time("from"), query.time("to"))
        try query.finish()
        let dimensions = try FeedbackDimension.list(by ?? "")
        let days = try FeedbackReport.days(from: from, to: to)
        return try .encoded(engine.feedback(by: dimensions, days: days))
    }
}
