import FreshetCore
import FreshetEngine

extension JSONWriter {
    /// Writes the answer to a recommendation or a ranking.
    mutating func recommendation(_ answer: Recommendation, of user: String? = nil, _ fields: ItemFields? = nil) {
        raw("{")
        members(of: answer, user, fields)
        raw("}")
    }

    /// Writes what a segment wants.
    mutating func segmentAnswer(_ answer: Recommendation, users: Int, _ fields: ItemFields?) {
        raw("{")
        members(of: answer, nil, fields)
        raw(",\"users\":")
        integer(users)
        raw("}")
    }

    private mutating func members(of answer: Recommendation, _ user: String?, _ fields: ItemFields?) {
        raw("\"recommendation_id\":")
        string(answer.id)
        if let user {
            raw(",\"user\":")
            string(user)
        }
        raw(",\"model\":")
        string(answer.model.description)
        if let variant = answer.variant {
            raw(",\"variant\":")
            string(variant)
        }
        raw(",\"items\":")
        array(answer.items) { $0.item($1, fields) }
        if let next = answer.next {
            raw(",\"next\":")
            string(next)
        }
    }

    /// Writes a row of a page.
    mutating func shelf(_ shelf: Shelf, _ fields: ItemFields?) {
        raw("{\"kind\":")
        string(shelf.kind.rawValue)
        raw(",\"title\":")
        string(shelf.title)
        if let item = shelf.item {
            raw(",\"item\":")
            string(item)
        }
        raw(",")
        members(of: shelf.answer, nil, fields)
        raw("}")
    }

    /// Writes `{"items": […]}`.
    mutating func itemList(_ items: [RecommendedItem], _ fields: ItemFields? = nil) {
        raw("{\"items\":")
        array(items) { $0.item($1, fields) }
        raw("}")
    }

    /// Writes what a rule would do to an answer.
    mutating func trial(_ trial: RuleTrial, _ fields: ItemFields?) {
        raw("{\"before\":")
        array(trial.before) { $0.item($1, fields) }
        raw(",\"after\":")
        array(trial.after) { $0.item($1, fields) }
        raw(",\"in_force\":")
        value(.bool(trial.isInForce))
        raw(",\"warnings\":")
        array(trial.warnings) { $0.string($1) }
        raw("}")
    }

    private mutating func item(_ item: RecommendedItem, _ fields: ItemFields?) {
        raw("{\"id\":")
        string(item.id)
        raw(",\"score\":")
        number(item.score)
        if let fields, let details = item.details { self.details(details, fields) }
        if let reasons = item.reasons {
            raw(",\"reasons\":")
            array(reasons) { $0.reason($1) }
        }
        if let counterfactual = item.counterfactual { self.counterfactual(counterfactual) }
        raw("}")
    }

    private mutating func counterfactual(_ counterfactual: Counterfactual) {
        raw(",\"because_without\":{\"status\":")
        string(counterfactual.status.rawValue)
        raw(",\"items\":")
        array(counterfactual.items) { $0.string($1) }
        raw(",\"text\":")
        string(counterfactual.text)
        raw("}")
    }

    /// Writes the details that were asked for, those that the item does not have left out.
    private mutating func details(_ item: Item, _ fields: ItemFields) {
        if let title = item.title {
            raw(",\"title\":")
            string(title)
        }
        if fields.contains(.categories) {
            raw(",\"categories\":")
            array(item.categories) { $0.string($1) }
        }
        if fields.contains(.tags) {
            raw(",\"tags\":")
            array(item.tags) { $0.string($1) }
        }
        if fields.hasAttributes {
            raw(",\"attributes\":")
            value(.attributes(item.attributes))
        }
        if let available = item.available {
            raw(",\"available\":")
            value(.bool(available))
        }
        if let createdAt = item.createdAt {
            raw(",\"created_at\":")
            integer(createdAt)
        }
    }

    /// Writes a label.
    mutating func label(_ label: RecommendedLabel) {
        raw("{\"name\":")
        string(label.name)
        raw(",\"score\":")
        number(label.score)
        raw(",\"items\":")
        array(label.items) { $0.string($1) }
        raw("}")
    }

    /// Writes `{"users": […]}`.
    mutating func userList(_ users: [RankedUser]) {
        raw("{\"users\":")
        array(users) { writer, user in
            writer.raw("{\"id\":")
            writer.string(user.id)
            writer.raw(",\"score\":")
            writer.number(user.score)
            writer.raw("}")
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
        if let text = event.text {
            raw(",\"text\":")
            string(text)
        } else {
            raw(",\"item\":")
            string(event.item)
        }
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
