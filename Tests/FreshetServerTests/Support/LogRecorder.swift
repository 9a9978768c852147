import Logging
import Synchronization

/// Keeps what is logged, with its metadata.
final class LogRecorder: Sendable {
    private let kept = Mutex<[String]>([])

    /// Every line so far.
    var lines: [String] { kept.withLock { $0 } }

    var handler: some LogHandler { Handler(recorder: self) }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            recorder.kept.withLock { $0.append("\(event.level) \(event.message) \(all)") }
        }
    }
}
