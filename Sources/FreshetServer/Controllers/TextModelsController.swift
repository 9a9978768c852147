import FreshetCore
import FreshetEngine
import Hummingbird

/// What texts are about, and what is known to questions: by the models that the server was started with.
struct TextModelsController {
    let engine: Engine
    let bodies: BodyReader

    var routes: [Route] {
        [
            Route(
                .post,
                "/v1/classify",
                right: .read,
                Operation(
                    "classify",
                    tag: "texts",
                    "Say of which class texts are",
                    detail: """
                        By a classifier that the server was started with (`language.classifiers`); what it says counts for the \
                        rules on it (`language.alerts`).
                        """,
                    body: .json("The texts.", Schemas.reference("ClassifyRequest")),
                    answer: .init(status: 200, detail: "Labels.", schema: Schemas.reference("Classification")),
                    problems: [.invalidRequest, .notFound]
                ),
                classify
            ),
            Route(
                .post,
                "/v1/replies",
                right: .read,
                Operation(
                    "findReplies",
                    tag: "texts",
                    "Find the best known answers to a question",
                    detail: """
                        By an index of replies that the server was started with (`language.replies`). Where a causal model composes \
                        (`language.composer`) and no person is to be asked, `answer` is what to say.
                        """,
                    body: .json("The question.", Schemas.reference("RepliesRequest")),
                    answer: .init(status: 200, detail: "Answers.", schema: Schemas.reference("Replies")),
                    problems: [.invalidRequest, .notFound]
                ),
                replies
            ),
        ]
    }

    @Sendable private func classify(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await bodies.read(request, context, as: BodyReader.json) { bytes, _ in
            let question = try ClassifyRequest(JSONValue(bytes))
            let found = try await engine.classify(question.texts, by: question.classifier, top: question.top)
            return try .encoded(found)
        }
    }

    @Sendable private func replies(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await bodies.read(request, context, as: BodyReader.json) { bytes, _ in
            let question = try RepliesRequest(JSONValue(bytes))
            let found = try await engine.replies(to: question.question, by: question.replies, count: question.count)
            return try .encoded(found)
        }
    }
}
