import FreshetCore
import FreshetData
import HTTPTypes
import Hummingbird

/// Takes the bodies of requests into memory, within limits of size, of time, and of all of them together.
struct BodyReader: Sendable {
    private let maximum: Int
    private let timeout: Duration
    private let budget: ByteBudget

    /// Creates a reader by the limits of a configuration; what is in memory at a time counts against a budget.
    init(_ configuration: ServerConfiguration, budget: ByteBudget) {
        maximum = configuration.limits.bodyBytes
        timeout = .seconds(configuration.timeouts.request)
        self.budget = budget
    }

    /// How a body is written.
    enum Form: Sendable {
        case json
        case lines
    }

    /// The forms by media type.
    static let json: [String: Form] = ["application/json": .json]
    /// JSON, or one value a line.
    static let jsonOrLines: [String: Form] = [
        "application/json": .json, "application/x-ndjson": .lines, "application/ndjson": .lines,
        "application/jsonl": .lines,
    ]
    /// JSON, or a merge patch.
    static let patch: [String: Form] = ["application/json": .json, "application/merge-patch+json": .json]

    /// Reads a body and lets `use` work on it.
    ///
    /// `forms` are the media types that are read. The bytes count as used until `use` returns.
    /// - Throws: ``Problem`` of status 400, 408, 413, 415 or 429, or what `use` throws.
    func read<Value: Sendable>(
        _ request: Request,
        _ context: ServerContext,
        as forms: [String: Form],
        _ use: (ByteBuffer, Form) async throws -> Value
    ) async throws -> Value {
        let form = try form(of: request, forms)
        let isPacked = try isPacked(request)
        let declared = try declaredLength(of: request)
        var taken = declared ?? 0
        try reserve(taken)
        defer { budget.giveBack(taken) }
        context.body.take()
        let deadline = ContinuousClock.now.advanced(by: timeout)
        var body = ByteBuffer()
        for try await var part in request.body {
            let length = body.readableBytes + part.readableBytes
            guard length <= maximum else { throw tooLarge }
            if length > taken {
                try reserve(length - taken)
                taken = length
            }
            // The connection is closed when nothing comes for a while, so looking at the clock with each part bounds
            // even a body that trickles.
            guard ContinuousClock.now < deadline else {
                throw Problem(.timeout, "The body did not arrive within \(timeout).")
            }
            if body.readableBytes == 0 { body = part } else { body.writeBuffer(&part) }
        }
        context.body.finish()
        guard declared.map({ $0 == body.readableBytes }) ?? true else { throw Problem.malformed("it ended early") }
        if isPacked { body = try unpacked(body, &taken) }
        return try await use(body, form)
    }

    /// Whether a body is packed by gzip (RFC 9110, section 8.4).
    private func isPacked(_ request: Request) throws(Problem) -> Bool {
        let coding = request.headers[.contentEncoding]?.lowercased().filter { $0 != " " } ?? "identity"
        switch coding {
        case "", "identity": return false
        case "gzip", "x-gzip": return true
        default:
            throw Problem(.unsupportedCoding, "Bodies packed by '\(coding)' are not read here. Send gzip or plain.")
        }
    }

    /// Unpacks a body, as far as the limits allow: a few bytes may stand for gigabytes.
    private func unpacked(_ packed: ByteBuffer, _ taken: inout Int) throws(Problem) -> ByteBuffer {
        var body = ByteBuffer()
        do {
            var unpacker = try GzipChunks(packed.readableBytesView)
            while let chunk = try unpacker.next() {
                guard body.readableBytes + chunk.count <= maximum else { throw tooLarge }
                try reserve(chunk.count)
                taken += chunk.count
                body.writeBytes(chunk)
            }
            return body
        } catch let problem as Problem {
            throw problem
        } catch {
            throw .malformed("it is no gzip, though its Content-Encoding says so")
        }
    }

    /// Passes over a body that nobody wants, so that the connection can be used again.
    /// - Returns: whether it was short, and came to its end in time.
    func discard(_ request: Request, _ context: ServerContext) async -> Bool {
        if context.body.isRead { return true }
        guard !context.body.isTaken, request.headers[.transferEncoding] == nil else { return false }
        guard let text = request.headers[.contentLength] else { return true }
        guard let length = Int(text), length <= 64 << 10 else { return false }
        context.body.take()
        let deadline = ContinuousClock.now.advanced(by: timeout)
        var iterator = request.body.makeAsyncIterator()
        var count = 0
        while count < length {
            guard let part = try? await iterator.next(), ContinuousClock.now < deadline else { return false }
            count += part.readableBytes
        }
        context.body.finish()
        return true
    }

    private var tooLarge: Problem { Problem(.tooLarge, "The body is longer than \(maximum) bytes.") }

    private func reserve(_ count: Int) throws(Problem) {
        guard budget.take(count) else {
            var problem = Problem(.tooManyRequests, "Too many bodies are being read at this moment.")
            problem.retryAfter = 1
            throw problem
        }
    }

    private func declaredLength(of request: Request) throws(Problem) -> Int? {
        guard let text = request.headers[.contentLength] else { return nil }
        guard let length = Int(text), length >= 0 else { throw .malformed("its length is not a number") }
        guard length <= maximum else { throw tooLarge }
        return length
    }

    private func form(of request: Request, _ forms: [String: Form]) throws(Problem) -> Form {
        let known = forms.keys.sorted().joined(separator: " or ")
        guard let type = request.headers[.contentType] else {
            throw Problem(.unsupportedMediaType, "The request has no Content-Type. Send \(known).")
        }
        let name = type.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        guard let form = forms[name] else {
            throw Problem(.unsupportedMediaType, "Bodies of type '\(name)' are not read here. Send \(known).")
        }
        return form
    }
}
