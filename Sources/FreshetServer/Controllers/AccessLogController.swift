import Hummingbird

/// Shows what administrators did.
struct AccessLogController {
    /// The end of the year 9999.
    private static let lastMoment = Int(KeysController.lastSecond) * 1000

    let log: AccessLog

    private struct Page: Encodable {
        let acts: [AccessLog.Entry]
    }

    var routes: [Route] {
        [
            Route(
                .get,
                "/v1/access-log",
                right: .admin,
                Operation(
                    "listActs",
                    tag: "keys",
                    "What administrators did",
                    detail: """
                        Logins, and every request that needs the right `admin` and changes something: by which key, when, and \
                        how it ended. Newest first.
                        """,
                    parameters: [
                        .integer("limit", 1...1000, default: 100, "How many at most."),
                        .integer(
                            "before",
                            0...Self.lastMoment,
                            default: 0,
                            "Only those of before, in milliseconds since 1970."
                        ),
                    ],
                    answer: .init(status: 200, detail: "Acts.", schema: Schemas.reference("AccessLog"))
                ),
                list
            )
        ]
    }

    @Sendable private func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        var query = QueryFields(request, known: ["limit", "before"])
        let limit = query.integer("limit", in: 1...1000, default: 100)
        let before = query.integer("before", in: 0...Self.lastMoment, default: 0)
        try query.finish()
        return try .encoded(Page(acts: log.newest(limit, before: before == 0 ? nil : Int64(before))))
    }
}
