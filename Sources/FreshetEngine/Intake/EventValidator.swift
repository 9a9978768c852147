import FreshetCore

/// Checks events that were sent: what it lets through, the log can keep and the models can learn.
struct EventValidator {
    let configuration: EngineConfiguration.Ingest
    /// Seconds since 1970.
    let now: Int64

    /// What is wrong with an event, or `nil`.
    func problem(with event: Event) -> String? {
        problem("user", event.user) ?? problem("item", event.item) ?? problem("type", event.type.rawValue)
            ?? event.id.flatMap { problem("id", $0) }
            ?? event.recommendationID.flatMap { problem("recommendation_id", $0) }
            ?? problem(value: event.value) ?? problem(time: event.time)
    }

    private func problem(_ field: String, _ text: String) -> String? {
        configuration.identifiers.problem(with: text).map { "'\(field)' \($0)" }
    }

    private func problem(value: Float?) -> String? {
        guard let value, !value.isFinite else { return nil }
        return "'value' is not a finite number"
    }

    private func problem(time: Int64?) -> String? {
        guard let time else { return nil }
        if time > now + configuration.futureTolerance {
            if let hint = Timestamp.unitHint(for: Double(time)) {
                return "'time' \(time) lies far in the future; \(hint)"
            }
            return
                "'time' \(Timestamp.text(from: time)) lies more than \(configuration.futureTolerance) s in the future"
        }
        return time < 0 ? "'time' lies before 1970" : nil
    }
}
