import FreshetCore
import Logging
import Synchronization

/// Which parts of the engine work, and what is wrong with those that do not.
final class HealthBoard: Sendable {
    private let parts: Mutex<[String: EngineStatus.Health]>
    private let logger: Logger
    /// How many parts do not work: nearly always none, so that saying "well" costs next to nothing.
    private let illCount = Atomic(0)

    init(parts: [String], logger: Logger = Logger(label: "freshet.engine")) {
        self.logger = logger
        self.parts = Mutex(
            Dictionary(uniqueKeysWithValues: parts.map { ($0, EngineStatus.Health(part: $0, isWell: true)) })
        )
    }

    /// The parts in the order of their names.
    var all: [EngineStatus.Health] { parts.withLock { $0.values.sorted { $0.part < $1.part } } }

    /// Whether a part works.
    func isWell(_ part: String) -> Bool { parts.withLock { $0[part]?.isWell ?? true } }

    /// Says that a part works.
    func markWorking(_ part: String) {
        guard illCount.load(ordering: .relaxed) > 0 else { return }
        let wasIll = parts.withLock { parts in
            guard parts[part]?.isWell == false else { return false }
            parts[part] = EngineStatus.Health(part: part, isWell: true)
            illCount.subtract(1, ordering: .relaxed)
            return true
        }
        if wasIll { logger.notice("\(part) works again") }
    }

    /// Says what is wrong with a part.
    func markFailed(_ part: String, _ error: any Error) {
        let message = "\(error)"
        let isNews = parts.withLock { parts in
            defer { parts[part] = EngineStatus.Health(part: part, isWell: false, message: message) }
            if parts[part]?.isWell ?? true { illCount.add(1, ordering: .relaxed) }
            return parts[part]?.message != message
        }
        if isNews { logger.error("\(part) does not work", metadata: ["error": "\(message)"]) }
    }
}
