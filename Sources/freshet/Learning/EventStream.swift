import FreshetCore
import FreshetData

/// A data set as a stream: its events in the order of time, users and items numbered by their first appearance.
struct EventStream {
    /// The events, offsets from 1.
    let events: [LoggedEvent]
    let users: IdentifierTable
    let items: IdentifierTable
    let eventTypes: [EventType]
    /// What is said of the items, in the order of ``items``, then of those of the catalogue that have no event; empty when
    /// nothing is.
    let catalogue: [Item]
    /// What they say of their items.
    let meanings: EventMeanings
    /// What each event says of its item by the default table, as ``LoggedEvent/weight`` has it.
    let opinions: [Float]
    /// What users looked for, those of them who have events.
    let searches: [LoggedSearch]

    /// Puts a data set in order.
    /// - Throws: ``FreshetError`` of kind `invalidData` when it has no times.
    init(_ dataset: Dataset) throws {
        let histories = dataset.histories
        guard !histories.times.isEmpty else {
            throw FreshetError(
                .invalidData,
                "The events have no times, so they are no stream.",
                remedy: "Give data with a time column."
            )
        }
        var userOfRow = [Int32](repeating: 0, count: histories.eventCount)
        for user in 0..<histories.userCount {
            for row in histories.offsets[user]..<histories.offsets[user + 1] { userOfRow[row] = Int32(user) }
        }
        let order = (0..<histories.eventCount).sorted { (histories.times[$0], $0) < (histories.times[$1], $1) }
        let tags = dataset.sessions.identifiers.map { SessionTag(of: $0) }
        let senses = dataset.eventTypes.map { dataset.meanings[$0] }
        var (users, items) = (IdentifierTable(), IdentifierTable())
        events = order.enumerated().map { place, row in
            let type = histories.types.isEmpty ? 0 : histories.types[row]
            let value = histories.values.isEmpty ? .nan : histories.values[row]
            return LoggedEvent(
                offset: Int64(place + 1),
                user: UserIndex(users.insert(dataset.users[Int(userOfRow[row])])),
                item: ItemIndex(items.insert(dataset.items[histories.items[row].position])),
                type: type,
                value: value,
                time: histories.times[row],
                weight: senses[Int(type)].weight(of: value),
                session: histories.session(at: row).map { tags[$0] } ?? .none
            )
        }
        (self.users, self.items) = (users, items)
        (eventTypes, meanings) = (dataset.eventTypes, dataset.meanings)
        let usual = EventMeanings().fitted(to: histories, types: dataset.eventTypes).meanings
        let usualSenses = dataset.eventTypes.map { usual[$0] }
        opinions = events.map { usualSenses[Int($0.type)].weight(of: $0.value) }
        let known = users
        searches = dataset.searches.compactMap { search in
            guard let time = search.time, let user = known.position(of: dataset.users[search.user.position]) else {
                return nil
            }
            return LoggedSearch(user: UserIndex(user), text: search.text, time: time)
        }
        let chosen = items
        let details = Dictionary(uniqueKeysWithValues: dataset.itemDetails.map { ($0.id, $0) })
        catalogue =
            details.isEmpty
            ? []
            : (0..<chosen.count).map { details[chosen[$0]] ?? Item(id: chosen[$0]) }
                + dataset.itemDetails.filter { chosen.position(of: $0.id) == nil }
    }

    /// The first events as data to train from, the last event of every tenth user held out for early stopping.
    func trainingData(first count: Int) -> TrainingRows {
        var rows = TrainingRows(events: events[..<count])
        rows.holdOut(every: 10)
        return rows
    }
}
