import AsyncHTTPClient
import Foundation
import FreshetCore
import FreshetEngine
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle

/// Posts the engine's alerts, each as the JSON of its decision, to an address of this machine.
struct AlertWebhook: Service {
    /// Seconds after which one that was not taken is posted again; it is given up after the last.
    private static let pauses = [1.0, 5, 25]

    let alerts: AsyncStream<Decision>
    let address: String
    let logger: Logger

    /// Posts until shutdown.
    func run() async throws {
        for await decision in alerts.cancelOnGracefulShutdown() { await deliver(decision) }
    }

    private func deliver(_ decision: Decision) async {
        for pause in Self.pauses {
            do {
                try await post(decision)
                return
            } catch is CancellationError {
                return
            } catch let error {
                logger.warning("an alert was not taken", metadata: ["address": "\(address)", "error": "\(error)"])
                try? await Task.sleep(for: .seconds(pause))
            }
        }
    }

    private func post(_ decision: Decision) async throws {
        var request = HTTPClientRequest(url: address)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(decision)))
        let answer = try await HTTPClient.shared.execute(request, timeout: .seconds(5))
        guard (200..<300).contains(answer.status.code) else {
            throw FreshetError(.external, "The address answers \(answer.status.code).")
        }
    }
}
