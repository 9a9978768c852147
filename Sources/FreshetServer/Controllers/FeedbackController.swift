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
                        Self.dimensions, Self.day("from", "The first day, in UTC."),
                        Self.day("to", "The last day, in UTC."),
                    ],
                    answer: .init(
                        status: 200,
                        detail: "Figures.",
                        schema: Schemas.reference("Feedback"),
                        isTable: true
                    )
                ),
                feedback
            ),
            Route(
                .get,
                "/v1/feedback/comparison",
                right: .read,
                Operation(
                    "compareFeedback",
                    tag: "status",
                    "What came of the answers in two periods",
                    detail: """
                        The figures of `getFeedback` of two periods, and how far each went, shares with a 95% interval of the \
                        difference. Without days it is the last seven and the seven before.
                        """,
                    parameters: [
                        Self.dimensions,
                        Self.day("from", "The first day of the newer period, in UTC; 6 before the last."),
                        Self.day("to", "Its last day; today."),
                        Self.day("before_from", "The first day of the other; as many as the newer period has."),
                        Self.day("before_to", "Its last day; the day before the newer period."),
                    ],
                    answer: .init(
                        status: 200,
                        detail: "Figures.",
                        schema: Schemas.reference("FeedbackComparison"),
                        isTable: true
                    )
                ),
                comparison
            ),
        ]
    }

    private static let dimensions = Operation.Parameter(
        name: "by",
        place: "query",
        detail: "What to tell apart, between commas: "
            + FeedbackDimension.allCases.map(\.rawValue).joined(separator: ", ") + ".",
        schema: ["type": "string"]
    )

    private static func day(_ name: String, _ detail: String) -> Operation.Parameter {
        .init(name: name, place: "query", detail: detail, schema: ["type": "string"])
    }

    @Sendable private func feedback(_ request: Request, _ context: ServerContext) async throws -> Response {
        var query = QueryFields(request, known: ["by", "from", "to"])
        let by = query.string("by")
        let (from, to) = (query.time("from"), query.time("to"))
        try query.finish()
        let dimensions = try FeedbackDimension.list(by ?? "")
        let days = try FeedbackReport.days(from: from, to: to)
        let report = engine.feedback(by: dimensions, days: days)
        return try request.wantsTable
            ? .csv(report.csv(by: dimensions), file: "feedback") : .encoded(report).varying(by: .accept)
    }

    @Sendable private func comparison(_ request: Request, _ context: ServerContext) async throws -> Response {
        var query = QueryFields(request, known: ["by", "from", "to", "before_from", "before_to"])
        let by = query.string("by")
        let (from, to) = (query.time("from"), query.time("to"))
        let (beforeFrom, beforeTo) = (query.time("before_from"), query.time("before_to"))
        try query.finish()
        let dimensions = try FeedbackDimension.list(by ?? "")
        let comparison = try engine.compareFeedback(
            by: dimensions,
            from: from,
            to: to,
            beforeFrom: beforeFrom,
            beforeTo: beforeTo
        )
        return try request.wantsTable
            ? .csv(comparison.csv(by: dimensions), file: "feedback-comparison")
            : .encoded(comparison).varying(by: .accept)
    }
}
