import FreshetCore
import FreshetData
import FreshetRecommendation

extension Engine {
    /// The state at this moment.
    public func status() -> EngineStatus {
        var status = EngineStatus()
        let now = clock.milliseconds
        status.time = now
        status.started = started
        status.live = live.current.version
        status.log.newestOffset = store.newestOffset
        status.log.events = store.eventCount()
        status.log.eventsPerSecond = eventRate.perSecond
        status.log.users = vocabulary.userCount
        status.log.items = vocabulary.itemCount
        status.bots = bots.status
        status.quarantine = intakeGuard.status
        status.impressions = impressions.counts
        status.content = content.status
        status.learner = learning.status(newest: status.log.newestOffset)
        notePublication(in: &status)
        status.freshness = freshness.quantiles(unit: 1e6)
        status.latency = latency.quantiles(unit: 1e3)
        status.requestsPerSecond = requestRate.perSecond
        let report = learning.report
        status.figures = report.figures
        status.cohorts = report.cohorts
        status.curve = report.curve
        status.forgetting = report.forgetting
        status.decisions = decisionLog.newest
        status.health = health.all
        return status
    }

    private func notePublication(in status: inout EngineStatus) {
        guard publisher != nil || follower != nil else { return }
        let manifest = publisher?.manifest ?? follower?.manifest
        status.publication = EngineStatus.Publication(
            role: role,
            lease: manifest?.lease ?? 0,
            number: manifest?.number ?? 0,
            version: manifest?.version ?? status.live,
            offset: manifest?.offset ?? 0,
            time: manifest?.time ?? 0
        )
        guard !role.learns else { return }
        // Its own learner stands still: what counts is how far the weights are that answer here.
        status.learner.state = "elsewhere"
        status.learner.offset = manifest?.offset ?? live.current.offset
        status.learner.lagEvents = max(0, status.log.newestOffset - status.learner.offset)
        status.learner.lagSeconds = 0
    }

    /// What was answered since the start.
    public var servingCounts: ServingCounts { servingCounter.counts(cache: recommender.counts) }

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
