import FreshetCore
import Logging

extension Engine {
    /// Compacts the log by the rule now; nothing goes that the learner's checkpoint does not hold.
    ///
    /// An event's age counts from when it arrived, whatever time it names; an impression's from when it was shown.
    /// - Returns: what was removed.
    /// - Throws: ``FreshetError`` of kind `external` when the store cannot be written.
    public func compact() async throws -> CompactionReceipt {
        try checkLearns("knows what is learned, and so what may go")
        var rule = RetentionRule()
        rule.eventDays = configuration.retention.days > 0 ? configuration.retention.days : nil
        rule.impressionDays = configuration.retention.impressionDays > 0 ? configuration.retention.impressionDays : nil
        rule.eventsPerUser = configuration.sessions.eventsPerUser
        let learned = try await learning.perform { $0.durableOffset }
        let now = clock.milliseconds
        return try await storage.watching { [rule] in try await $0.compact(rule, learnedUpTo: learned, now: now) }
    }

    /// Compacts the log every few hours, until the task is cancelled.
    func compactRegularly() async {
        guard role.learns else { return }
        let pause = Duration.seconds(configuration.retention.everyHours * 3600)
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: pause)
                let receipt = try await compact()
                logger.info("log compacted", metadata: ["events": "\(receipt.events)"])
            } catch is CancellationError {
                return
            } catch let error {
                logger.error("log not compacted", metadata: ["error": "\(error)"])
            }
        }
    }
}
