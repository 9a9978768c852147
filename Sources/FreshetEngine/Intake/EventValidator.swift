import FreshetCore

/// Checks events that were sent: what it lets through, the log can keep and the models can learn.
struct EventValidator {
    let configuration: EngineConfiguration.Ingest
    let forbidden: ForbiddenFields
    /// Seconds since 1970.
    let now: Int64

    /// What is wrong with an event, or `nil`.
    func problem(with event: Event) -> String? {
        problem("user", event.user) ?? problem(what: event) ?? problem("type", event.type.rawValue)
            ?? event.id.flatMap { problem("id", $0) }
            ?? event.recommendationID.flatMap { problem("recommendation_id", $0) }
            ?? event.session.flatMap { problem("session", $0) }
            ?? problem("value", event.value.map(Double.init)) ?? problem("profit", event.profit)
            ?? problem(time: event.time) ?? forbidden.problem(with: event)
    }

    private func problem(_ field: String, _ text: String) -> String? {
        configuration.identifiers.problem(with: text).map { "'\(field)' \($0)" }
    }

    /// An item, or the text of a search.
    private func problem(what event: Event) -> String? {
        guard let text = event.text else { return problem("item", event.item) }
        guard event.item.isEmpty else { return "'text' beside an 'item'; a search has a text only" }
        return SearchText.problem(with: text.utf8).map { "'text' \($0)" }
    }

    /// Sums of such numbers stay finite.
    private func problem(_ field: String, _ number: Double?) -> String? {
        guard let number, !Float(number).isFinite else { return nil }
        return number.isFinite ? "'\(field)' is out of range" : "'\(field)' is not a finite number"
    }

    private func problem(time: Timestamp?) -> String? {
        guard let time else { return nil }
        if time.seconds > now + configuration.futureTolerance {
            if let hint = Timestamp.unitHint(for: Double(time.seconds)) {
                return "'time' \(time.seconds) lies far in the future; \(hint)"
            }
            return "'time' \(time.text) lies more than \(configuration.futureTolerance) s in the future"
        }
        return time.milliseconds < 0 ? "'time' lies before 1970" : nil
    }
}
