import Foundation
import FreshetCore
import FreshetEngine
import NIOCore
import NIOHTTP1
import Synchronization

/// Sends the events of a data set to a running engine in the order of time.
final class Replay: Sendable {
    /// How far a replay is.
    struct Progress: Sendable, Encodable {
        /// Events sent and answered.
        var sent = 0
        /// Events that the server took for the first time.
        var accepted = 0
        /// Events that the server had already, from a replay before.
        var known = 0
        /// Events that the server refused.
        var rejected = 0
        /// How often a request was sent again.
        var retries = 0
        /// Seconds so far.
        var seconds = 0.0
        /// The first refusals in the server's words.
        var refusals: [String] = []
        /// The newest item of the customer who is shown.
        var newestItem: String?
        /// The time of the newest event sent.
        var newestTime: Timestamp?
    }

    /// What `POST /v1/events` answers.
    private struct Answer: Decodable {
        struct Refusal: Decodable {
            let index: Int
            let error: String
        }
        /// Those that the server had already included.
        let accepted: Int
        let duplicates: Int?
        let rejected: [Refusal]?
    }

    /// What it answers when nothing of a delivery was kept.
    private struct Refused: Decodable {
        let errors: [Answer.Refusal]
    }

    private static let path = "/v1/events"

    /// The longest that an event waits for others of its batch, in seconds.
    private static let gathering = 0.02
    /// The longest nap, in seconds, so that Ctrl-C is heard.
    private static let nap = 0.2
    private static let keptRefusals = 5

    private let client: APIClient
    private let stream: ReplayStream
    private let batch: Int
    private let policy: RetryPolicy
    private let customer: String?
    private let console: Console
    private let state = Mutex(Progress())

    /// Prepares a replay.
    ///
    /// - Parameters:
    ///   - client: speaks to the engine.
    ///   - stream: the events.
    ///   - batch: the most events of a request.
    ///   - policy: how long a server that is busy or down is waited for.
    ///   - customer: the user whose newest item is remembered.
    ///   - console: is told of retries.
    init(
        client: APIClient,
        stream: ReplayStream,
        batch: Int,
        policy: RetryPolicy = RetryPolicy(),
        customer: String?,
        console: Console
    ) {
        self.client = client
        self.stream = stream
        self.batch = batch
        self.policy = policy
        self.customer = customer
        self.console = console
    }

    /// How far the replay is.
    var progress: Progress { state.withLock { $0 } }

    /// Sends everything, or until somebody presses Ctrl-C.
    /// - Throws: ``FreshetError`` when the server refuses, or stays away for longer than the patience.
    func run(_ pace: ReplayClock.Pace) async throws {
        var clock = ReplayClock(pace, firstTime: stream.time(at: 0) ?? 0)
        let began = ProgressReporter.now()
        var next = 0
        // What the server has from a replay before goes in full batches: nobody waits for it.
        var isKnown = false
        while next < stream.count, !Interruption.isRequested {
            let now = ProgressReporter.now() - began
            if isKnown { clock.skip(to: next, time: stream.time(at: next), now: now) }
            let wait = clock.due(next, time: stream.time(at: next)) - now
            if wait > 0 {
                try await Task.sleep(for: .seconds(min(wait + Self.gathering, Self.nap)))
                continue
            }
            var range = next..<min(next + batch, stream.count)
            if !isKnown { range = range.prefix { clock.due($0, time: stream.time(at: $0)) <= now }.indices }
            isKnown = try await send(range, began: began)
            next = range.upperBound
        }
    }

    /// Sends a batch; whether the server knew all of it.
    private func send(_ range: Range<Int>, began: Double) async throws -> Bool {
        var body = ByteBuffer()
        var newestItem: String?
        for position in range {
            let event = stream[position]
            EventEncoder.append(event, to: &body)
            if event.user == customer { newestItem = event.item }
        }
        let reply = try await client.deliver(
            .POST,
            Self.path,
            body: body,
            type: "application/x-ndjson",
            expecting: [400],
            policy: policy,
            onRetry: { [self] reason, seconds in
                state.withLock { $0.retries += 1 }
                console.note("The server says \(reason): trying again in \(Words.duration(seconds)).")
            }
        )
        let answer = try Self.answer(reply)
        let known = answer.duplicates ?? 0
        state.withLock { state in
            state.sent += range.count
            state.accepted += answer.accepted - known
            state.known += known
            state.rejected += range.count - answer.accepted
            for refusal in (answer.rejected ?? []).prefix(max(0, Self.keptRefusals - state.refusals.count)) {
                state.refusals.append("event \(range.lowerBound + refusal.index): \(refusal.error)")
            }
            state.newestItem = newestItem ?? state.newestItem
            state.newestTime = stream.time(at: range.upperBound - 1)
            state.seconds = ProgressReporter.now() - began
        }
        return known == range.count
    }

    /// What became of a batch: one of which nothing was kept ends no replay.
    private static func answer(_ reply: APIClient.Reply) throws -> Answer {
        guard reply.status == 400 else { return try reply.decode(Answer.self) }
        guard let refused = try? reply.decode(Refused.self) else { throw APIClient.refusal(reply, path: path) }
        return Answer(accepted: 0, duplicates: nil, rejected: refused.errors)
    }
}
