import FreshetCore
import Logging

extension Engine {
    /// Compacts the log by the rule now; nothing goes that the learner's checkpoint does not hold.
    /// - Returns: what was removed.
    /// - Throws: ``FreshetError`` of kind `external` when the store cannot be written.
    public func compact() async throws -> CompactionReceipt {
        var rule = RetentionRule()
        rule.eventDays = configuration.retention.days > 0 ? configuration.retention.days : nil
        rule.impressionDays = configuration.retention.impressionDays > 0 ? configuration.retention.impressionDays : nil
        rule.eventsPerUser = configuration.sessions.eventsPerUser
        let learned = try await learning.perform { $0.durableOffset }
        return try await store.compact(rule, learnedUpTo: learned, now: clock.milliseconds)
    }

    /// Compacts the log every few hours, until the task is cancelled.
    func compactRegularly() async {
        let pause = Duration.seconds(configuration.retention.everyHours * 3600)
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: pause)
                let receipt = try await compact()
                logger.info("log compacted", metadata: ["events": "\(receipt.events)"])
            } catch is CancellationError {
                return
            } catch let error {
                health.noteStorage(error)
            }
        }
    }
}
