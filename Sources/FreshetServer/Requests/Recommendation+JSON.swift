import FreshetCore

extension JSONWriter {
    /// Writes the answer to a recommendation or a ranking.
    mutating func recommendation(_ answer: Recommendation) {
        raw("{\"recommendation_id\":")
        string(answer.id)
        raw(",\"model\":")
        string(answer.model.description)
        raw(",\"items\":")
        array(answer.items) { $0.item($1) }
        raw("}")
    }

    /// Writes `{"items": […]}`.
    mutating func itemList(_ items: [RecommendedItem]) {
        raw("{\"items\":")
        array(items) { $0.item($1) }
        raw("}")
    }

    private mutating func item(_ item: RecommendedItem) {
        raw("{\"id\":")
        string(item.id)
        raw(",\"score\":")
        number(item.score)
        if let reasons = item.reasons {
            raw(",\"reasons\":")
            array(reasons) { $0.reason($1) }
        }
        raw("}")
    }

    private mutating func reason(_ reason: Reason) {
        raw("{\"text\":")
        string(reason.text)
        if let item = reason.item {
            raw(",\"item\":")
            string(item)
        }
        raw(",\"weight\":")
        number(reason.weight)
        raw("}")
    }

    /// Writes an event of the log.
    mutating func event(_ event: Event) {
        raw("{\"user\":")
        string(event.user)
        raw(",\"item\":")
        string(event.item)
        raw(",\"type\":")
        string(event.type.rawValue)
        if let value = event.value {
            raw(",\"value\":")
            number(value)
        }
        if let time = event.time {
            raw(",\"time\":")
            self.time(time)
        }
        raw("}")
    }
}
