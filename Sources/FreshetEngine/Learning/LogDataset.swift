import FreshetCore
import FreshetData
import FreshetModels

/// The event log as a data set, in the numbers of the vocabulary: what a full training learns from.
enum LogDataset {
    /// How many events are read at once.
    private static let page = 10_000
    /// How many users' last events are held out at most.
    private static let holdouts = 2000
    /// How many events a user needs for one of them to be held out.
    private static let eventsForHoldout = 3

    /// Reads the log.
    ///
    /// - Parameters:
    ///   - log: the log.
    ///   - vocabulary: its ids.
    ///   - limit: how many newest events are read at most.
    ///   - newest: the offset up to which is read.
    /// - Returns: all events, and for early stopping the last one of every n-th user apart, if it likes its item.
    /// - Throws: ``FreshetError`` when the log cannot be read.
    static func read(
        _ log: any EventLog,
        vocabulary: Vocabulary,
        limit: Int,
        upTo newest: Int64
    ) throws -> TrainingData {
        var events: [LoggedEvent] = []
        var offset = max(0, newest - Int64(limit))
        while offset < newest {
            let page = try log.events(after: offset, limit: Self.page).prefix { $0.offset <= newest }
            guard let last = page.last else { break }
            events += page
            offset = last.offset
        }
        let names = vocabulary.copy()
        return grouped(
            events,
            users: names.users,
            items: names.items,
            eventTypes: names.eventTypes,
            meanings: vocabulary.meanings
        )
    }

    /// Events by user, in the order of time, of one moment in that of the log.
    static func grouped(
        _ log: [LoggedEvent],
        users: IdentifierTable,
        items: IdentifierTable,
        eventTypes: [EventType],
        meanings: EventMeanings = EventMeanings()
    ) -> TrainingData {
        let events = inOrder(log, userCount: users.count)
        var counts = [Int](repeating: 0, count: users.count)
        var endsWithLiking = [Bool](repeating: false, count: users.count)
        for event in events {
            counts[event.user.position] += 1
            endsWithLiking[event.user.position] = event.weight > 0
        }
        let isEligible = { counts[$0] >= eventsForHoldout && endsWithLiking[$0] }
        let eligible = counts.indices.count(where: isEligible)
        // Every n-th user, but at least nine in ten keep all of their events.
        let step = max(10, eligible / holdouts + 1)
        var isHeldOut = [Bool](repeating: false, count: users.count)
        var index = 0
        for user in counts.indices where isEligible(user) {
            isHeldOut[user] = index % step == 0
            index += 1
        }
        var offsets = [0]
        offsets.reserveCapacity(users.count + 1)
        for user in counts.indices { offsets.append(offsets[user] + counts[user] - (isHeldOut[user] ? 1 : 0)) }
        let total = offsets[users.count]
        var columns = Columns(count: total)
        var validation: [Holdout] = []
        var next = offsets
        for event in events {
            let user = event.user.position
            if next[user] == offsets[user + 1] {
                validation.append(Holdout(user: event.user, item: event.item))
            } else {
                columns.set(event, at: next[user])
                next[user] += 1
            }
        }
        let histories = Histories(
            offsets: offsets,
            items: columns.items,
            times: columns.times,
            types: eventTypes.count > 1 ? columns.types : [],
            values: []
        ).weighed(columns.weights)
        let types = eventTypes.isEmpty ? [EventType.view] : eventTypes
        return TrainingData(
            dataset: Dataset(
                users: users,
                items: items,
                eventTypes: types,
                meanings: meanings,
                histories: histories
            ),
            validation: validation
        )
    }

    /// The events such that each user's are in the order of time: as they are, where none came late.
    private static func inOrder(_ events: [LoggedEvent], userCount: Int) -> [LoggedEvent] {
        var newest = [Timestamp](repeating: Timestamp(milliseconds: .min), count: userCount)
        for event in events {
            guard event.time >= newest[event.user.position] else {
                return events.sorted { ($0.time, $0.offset) < ($1.time, $1.offset) }
            }
            newest[event.user.position] = event.time
        }
        return events
    }

    private struct Columns {
        var items: [ItemIndex]
        var times: [Timestamp]
        var types: [UInt8]
        var weights: [Float]

        init(count: Int) {
            items = Array(repeating: ItemIndex(0), count: count)
            times = Array(repeating: 0, count: count)
            types = Array(repeating: 0, count: count)
            weights = Array(repeating: 1, count: count)
        }

        mutating func set(_ event: LoggedEvent, at index: Int) {
            items[index] = event.item
            times[index] = event.time
            types[index] = event.type
            weights[index] = event.weight
        }
    }
}

extension Engine {
    /// What a full training would learn from the log now, the items' texts left out.
    /// - Throws: ``FreshetError`` when the log cannot be read.
    public func trainingData() throws -> TrainingData {
        try LogDataset.read(
            store,
            vocabulary: vocabulary,
            limit: configuration.retraining.maximumEvents,
            upTo: store.newestOffset
        )
    }
}
