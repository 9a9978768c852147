import FreshetCore
import FreshetData
import FreshetModels

/// Events grouped by user, some users' last one apart.
struct TrainingRows {
    private var byUser: [[LoggedEvent]] = []
    private var holdouts: [Holdout] = []
    private let userCount: Int
    private let itemCount: Int

    /// Groups events, whose users and items are numbered by first appearance.
    init(events: ArraySlice<LoggedEvent>) {
        userCount = (events.map(\.user.position).max() ?? -1) + 1
        itemCount = (events.map(\.item.position).max() ?? -1) + 1
        byUser = Array(repeating: [], count: userCount)
        for event in events { byUser[event.user.position].append(event) }
    }

    /// Holds out the last event of every n-th user who has three events, if it likes its item.
    mutating func holdOut(every step: Int) {
        var seen = 0
        for user in byUser.indices where byUser[user].count >= 3 && (byUser[user].last?.weight ?? 0) > 0 {
            seen += 1
            guard seen % step == 0, let last = byUser[user].popLast() else { continue }
            holdouts.append(Holdout(user: last.user, item: last.item))
        }
    }

    /// The data, with the ids of a stream.
    func data(of stream: EventStream) -> TrainingData {
        var (users, items) = (IdentifierTable(), IdentifierTable())
        for user in 0..<userCount { _ = users.insert(stream.users[user]) }
        for item in 0..<itemCount { _ = items.insert(stream.items[item]) }
        let events = byUser.flatMap { $0 }
        let hasValues = events.contains { !$0.value.isNaN }
        let histories = Histories(
            offsets: byUser.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) },
            items: events.map(\.item),
            times: events.map(\.time),
            types: stream.eventTypes.count > 1 ? events.map(\.type) : [],
            values: hasValues ? events.map(\.value) : []
        ).weighed(events.map(\.weight))
        let dataset = Dataset(
            users: users,
            items: items,
            eventTypes: stream.eventTypes,
            meanings: stream.meanings,
            histories: histories
        )
        return TrainingData(dataset: dataset, validation: holdouts)
    }
}
