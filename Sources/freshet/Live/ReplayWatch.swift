import Foundation
import FreshetCore
import FreshetEngine
import NIOCore
import NIOHTTP1

/// Tells every few seconds how a replay goes: what was sent and learned, how well the live model predicts, and what one
/// customer is recommended.
struct ReplayWatch: Sendable {
    private static let shown = 4
    private static let nap = 0.1

    let client: APIClient
    let stream: ReplayStream
    let replay: Replay
    /// The user whose recommendations are shown; `nil` shows nobody's.
    let customer: String?
    /// Seconds between reports.
    let interval: Double
    let console: Console

    /// Reports until the task is cancelled.
    func run() async throws {
        var earlier: [String] = []
        var lastSent = 0
        while !Task.isCancelled {
            try await Task.sleep(for: .seconds(interval))
            earlier = await report(earlier: earlier, sentBefore: lastSent)
            lastSent = replay.progress.sent
        }
    }

    /// Waits until the learner has learned everything that was sent, at most a number of seconds.
    /// - Returns: the last state of the engine, if it could be read.
    func waitForLearner(seconds: Double) async throws -> EngineStatus? {
        let deadline = ProgressReporter.now() + seconds
        var lastShown = ProgressReporter.now()
        while true {
            let status = try? await status()
            guard let status else { return nil }
            let isDone = status.learner.offset >= status.log.newestOffset
            if isDone || ProgressReporter.now() > deadline || Interruption.isRequested { return status }
            if ProgressReporter.now() - lastShown >= interval {
                lastShown = ProgressReporter.now()
                console.note("All sent; \(StatusWords.learning(status))")
            }
            try await Task.sleep(for: .seconds(Self.nap))
        }
    }

    /// The engine's state.
    func status() async throws -> EngineStatus {
        let reply = try await client.send(.GET, "/v1/status")
        guard reply.status == 200 else {
            throw FreshetError(.external, "/v1/status answers \(reply.status).")
        }
        return try reply.decode(EngineStatus.self)
    }

    private func report(earlier: [String], sentBefore: Int) async -> [String] {
        let progress = replay.progress
        var line = "\(Words.count(progress.sent)) of \(Words.count(stream.count)) events"
        line += " (\(Words.count(Int(Double(progress.sent - sentBefore) / interval)))/s)"
        if let time = progress.newestTime { line += ", \(Words.date(time.seconds))" }
        var lines: [String] = []
        do {
            let status = try await status()
            line += "; \(StatusWords.learning(status))"
            lines += StatusWords.figures(status.figures) + StatusWords.trained(status.learner)
            lines += StatusWords.troubles(status)
        } catch let error {
            line += "; no status: \(error)"
        }
        var items = earlier
        if let customer, let fresh = try? await recommendations(of: customer) {
            let marks = fresh.map { item in
                (earlier.isEmpty || earlier.contains(item) ? "" : "+ ") + stream.title(of: item)
            }
            let bought = progress.newestItem.map { " after \"\(stream.title(of: $0))\"" } ?? ""
            lines.append("\(customer)\(bought): \(marks.joined(separator: ", "))")
            items = fresh
        }
        console.note(([line] + lines.map { "  " + $0 }).joined(separator: "\n"))
        return items
    }

    private func recommendations(of user: String) async throws -> [String] {
        let request = RecommendationRequest(user: user, count: Self.shown)
        let body = ByteBuffer(bytes: try JSONEncoder().encode(request))
        let reply = try await client.send(.POST, "/v1/recommendations", body: body)
        guard reply.status == 200 else { return [] }
        return try reply.decode(Recommendation.self).items.map(\.id)
    }
}
