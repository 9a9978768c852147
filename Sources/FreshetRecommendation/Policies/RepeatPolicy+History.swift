import FreshetCore
import FreshetData

extension RepeatPolicy {
    /// The items of a history that may not come back at a time.
    ///
    /// What the user dislikes never does, unless its type has a rule that says otherwise.
    ///
    /// - Parameters:
    ///   - history: the user's events; events without a type count as the vocabulary's first.
    ///   - eventTypes: the names of the types by number.
    ///   - time: now, in seconds since 1970.
    /// - Returns: every item with an event whose rule still holds it back.
    func forbiddenItems(of history: History, eventTypes: [EventType], at time: Int64) -> Set<ItemIndex> {
        let (named, rules) = (eventTypes.map { self.rules[$0] != nil }, eventTypes.map(rule(for:)))
        var forbidden: Set<ItemIndex> = []
        for place in 0..<history.count {
            let number = history.types.isEmpty ? 0 : Int(history.types[history.types.startIndex + place])
            let isKnown = number < rules.count
            let isDisliked = history.weight(at: place) < 0 && !(isKnown && named[number])
            let isForbidden =
                switch isDisliked ? .never : isKnown ? rules[number] : otherwise {
                case .always: false
                case .never: true
                case .afterDays(let days):
                    // Without times nothing says that the wait is over.
                    history.times.isEmpty
                        || Double(time - history.times[history.times.startIndex + place].seconds) < days * 86_400
                }
            if isForbidden { forbidden.insert(history.items[history.items.startIndex + place]) }
        }
        return forbidden
    }
}
