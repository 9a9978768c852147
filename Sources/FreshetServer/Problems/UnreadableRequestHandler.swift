import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Answers what is no HTTP request with a problem document, where the framework would answer with an empty 400.
///
/// It never comes to a route, as there is no request. Where an answer is under way nothing is said, so that the document
/// is not taken for that answer, and the connection ends as it did.
final class UnreadableRequestHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// How many requests have begun whose answers have not ended.
    private var unanswered = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head = unwrapInboundIn(data) { unanswered += 1 }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { unanswered -= 1 }
        context.write(data, promise: promise)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError, unanswered == 0 else { return context.fireErrorCaught(error) }
        let trace = TraceContext.trace(of: nil)
        let document = Problem(.malformedRequest, Self.words(error)).document(trace: trace)
        let head = HTTPResponse(
            status: Problem.Kind.malformedRequest.status,
            headerFields: [
                .contentType: Problem.mediaType, .contentLength: "\(document.readableBytes)", .connection: "close",
                .requestID: trace,
            ]
        )
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(document)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        // Only this side: closing both could make the caller's system drop the answer unread.
        context.close(mode: .output, promise: nil)
    }

    private static func words(_ error: HTTPParserError) -> String {
        switch error {
        case .invalidURL:
            "The path or the query holds characters that a URL cannot have. Percent-encode them as UTF-8: "
                + "茶 is %E8%8C%B6."
        case .headerOverflow: "The headers are longer than this server reads."
        default: "What was sent is not HTTP/1.1 (\(error.debugDescription))."
        }
    }
}
