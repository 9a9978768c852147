import FreshetCore
import FreshetData

/// Events with the history before each, made from the events alone.
enum StreamEvents {
    /// The events in their order; histories begin with the first of them.
    static func replayed(_ events: [LoggedEvent], limit: Int) -> [StreamEvent] {
        var histories = UserHistories(limit: limit)
        var items: Set<ItemIndex> = []
        return events.map { event in
            defer { histories.insert(event) }
            return StreamEvent(
                event: event,
                history: histories[before: event],
                isNewItem: items.insert(event.item).inserted
            )
        }
    }
}
