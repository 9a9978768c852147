import FreshetCore
import FreshetData
import FreshetRecommendation

extension Engine {
    /// The state at this moment.
    public func status() -> EngineStatus {
        var status = EngineStatus()
        status.time = clock.milliseconds
        status.started = started
        status.live = live.current.version
        status.log.newestOffset = store.newestOffset
        status.log.events = Int(store.newestOffset)
        status.log.users = vocabulary.userCount
        status.log.items = vocabulary.itemCount
        status.health = [EngineStatus.Health(part: "storage", isWell: true)]
        return status
    }

    /// The state about once a second, from now on.
    public func statusUpdates() -> AsyncStream<EngineStatus> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let task = Task { [weak self] in
                while !Task.isCancelled, let status = self?.status() {
                    continuation.yield(status)
                    try? await Task.sleep(for: .seconds(1))
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }
}
