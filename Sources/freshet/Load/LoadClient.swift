import FreshetCore
import NIOCore
import NIOHTTP1

/// Sends requests at the moments at which they are due, whether or not earlier ones were answered.
struct LoadClient: Sendable {
    let client: APIClient
    /// Seconds of sending that are measured.
    let seconds: Double
    /// Seconds of sending before, which are not.
    let warmUp: Double

    /// Sends requests of one kind until the time is over and all are answered.
    ///
    /// - Parameters:
    ///   - rate: requests a second; `nil` keeps every connection busy instead.
    ///   - connections: how many requests are under way at once where there is no rate.
    ///   - recorder: takes the outcomes.
    ///   - start: when the measured time begins, in the seconds of ``ProgressReporter/now``.
    ///   - request: makes the request of a number.
    func run(
        rate: Double?,
        connections: Int,
        recorder: LoadRecorder,
        start: Double,
        request: @escaping @Sendable (Int) -> LoadWorkload.Request
    ) async {
        guard let rate else {
            await runClosed(connections: connections, recorder: recorder, start: start, request: request)
            return
        }
        let first = -Int(warmUp * rate)
        let last = Int(seconds * rate)
        await withDiscardingTaskGroup { group in
            var number = first
            while number < last, !Interruption.isRequested {
                let now = ProgressReporter.now() - start
                let due = Double(number) / rate
                if due > now {
                    try? await Task.sleep(for: .seconds(min(due - now, 0.2)), tolerance: .zero)
                    continue
                }
                let next = number
                group.addTask {
                    await send(request(next - first), due: due, start: start, recorder: recorder)
                }
                number += 1
            }
        }
    }

    private func runClosed(
        connections: Int,
        recorder: LoadRecorder,
        start: Double,
        request: @escaping @Sendable (Int) -> LoadWorkload.Request
    ) async {
        await withDiscardingTaskGroup { group in
            for connection in 0..<connections {
                group.addTask {
                    var number = connection
                    while !Interruption.isRequested {
                        let now = ProgressReporter.now() - start
                        guard now < seconds else { return }
                        await send(request(number), due: now, start: start, recorder: recorder)
                        number += connections
                    }
                }
            }
        }
    }

    private func send(_ request: LoadWorkload.Request, due: Double, start: Double, recorder: LoadRecorder) async {
        let sent = ProgressReporter.now() - start
        let outcome: LoadRecorder.Outcome
        do {
            let reply = try await client.send(.POST, request.path, body: request.body, type: request.type)
            outcome = .answered(status: reply.status, model: Self.model(in: reply.body))
        } catch let error {
            outcome = .failed("\(error)")
        }
        guard due >= 0 else { return }
        let ended = ProgressReporter.now() - start
        recorder.record(due: due, sent: sent, ended: ended, units: request.units, outcome: outcome)
    }

    /// The version that an answer names, without reading all of it.
    static func model(in body: ByteBuffer) -> String? {
        let bytes = body.readableBytesView
        let name = Array("\"model\":\"".utf8)
        guard let found = bytes.firstRange(of: name) else { return nil }
        let value = bytes[found.upperBound...].prefix { $0 != UInt8(ascii: "\"") }
        return String(decoding: value, as: UTF8.self)
    }
}
