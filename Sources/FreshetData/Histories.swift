import FreshetCore

/// The events of all users in columns, user by user, each user's in time order (ties in file order).
///
/// Row `u` of the compressed table is `offsets[u] ..< offsets[u + 1]` of every column. A column that the source does
/// not have is empty. Twenty million events take about 350 MB.
public struct Histories: Sendable, Equatable {
    /// Where each user's events begin; one more entry than users.
    public var offsets: [Int]
    /// The item of each event.
    public var items: [ItemIndex]
    /// The time of each event, or empty.
    public var times: [Timestamp]
    /// The type of each event, as a position in `Dataset.eventTypes`, or empty when all are of one type.
    public var types: [UInt8]
    /// The value of each event (`.nan` where it has none), or empty when no event has one.
    public var values: [Float]
    /// What each event says of its item: above 0 a liking, below 0 a dislike, 0 nothing, or nothing any more.
    ///
    /// Empty when every event is a liking of weight 1. ``weighed(by:types:)`` makes the column.
    public var weights: [Float]
    /// The session of each event, as a position in `Dataset.sessions`, -1 for none, or empty when no event names one.
    public var sessions: [Int32]
    /// Where long columns lie that are made of these; `nil` is in memory.
    package let scratch: ScratchFolder?

    /// Creates a table from its columns; those made of them later lie in the scratch folder, if there is one.
    public init(
        offsets: [Int] = [0],
        items: [ItemIndex] = [],
        times: [Timestamp] = [],
        types: [UInt8] = [],
        values: [Float] = [],
        weights: [Float] = [],
        sessions: [Int32] = [],
        scratch: ScratchFolder? = nil
    ) {
        precondition(offsets.last == items.count, "offsets end at \(offsets.last ?? -1), items at \(items.count)")
        for count in [times.count, types.count, values.count, weights.count, sessions.count] {
            precondition(count == 0 || count == items.count, "a column has \(count) rows of \(items.count)")
        }
        self.offsets = offsets
        self.items = items
        self.times = times
        self.types = types
        self.values = values
        self.weights = weights
        self.sessions = sessions
        self.scratch = scratch
    }

    /// How many users there are.
    public var userCount: Int { offsets.count - 1 }
    /// How many events there are.
    public var eventCount: Int { items.count }

    /// Adds a user's events as the new last row; the history has the columns that the table has, but for weights and sessions.
    public mutating func append(_ history: History) {
        items += history.items
        times += history.times
        types += history.types
        values += history.values
        appendWeights(history.weights, count: history.count)
        offsets.append(items.count)
    }

    /// The session of an event, as a position in ``Dataset/sessions``; `nil` where it names none.
    public func session(at row: Int) -> Int? {
        sessions.isEmpty || sessions[row] < 0 ? nil : Int(sessions[row])
    }

    /// The events of one user, without a copy.
    public subscript(user: UserIndex) -> History {
        history(in: offsets[user.position]..<offsets[user.position + 1])
    }

    /// The events in a range of rows, without a copy.
    public func history(in range: Range<Int>) -> History {
        History(
            items: items[range],
            times: times.isEmpty ? [] : times[range],
            types: types.isEmpty ? [] : types[range],
            values: values.isEmpty ? [] : values[range],
            weights: weights.isEmpty ? [] : weights[range]
        )
    }
}

/// A run of one user's events in time order; the columns are as in ``Histories``.
public struct History: Sendable, Equatable {
    /// The item of each event.
    public var items: ArraySlice<ItemIndex>
    /// The time of each event, or empty.
    public var times: ArraySlice<Timestamp>
    /// The type of each event, or empty.
    public var types: ArraySlice<UInt8>
    /// The value of each event, or empty.
    public var values: ArraySlice<Float>
    /// What each event says of its item, or empty when every event is a liking of weight 1.
    public var weights: ArraySlice<Float>
    /// The session of each event (``FreshetCore/SessionTag/none`` where it names none), or empty when none names one.
    public var sessions: ArraySlice<SessionTag>

    /// Creates a history from its columns.
    public init(
        items: ArraySlice<ItemIndex>,
        times: ArraySlice<Timestamp> = [],
        types: ArraySlice<UInt8> = [],
        values: ArraySlice<Float> = [],
        weights: ArraySlice<Float> = [],
        sessions: ArraySlice<SessionTag> = []
    ) {
        self.items = items
        self.times = times
        self.types = types
        self.values = values
        self.weights = weights
        self.sessions = sessions
    }

    /// How many events there are.
    public var count: Int { items.count }

    /// The history without its newest events.
    public func dropLast(_ count: Int) -> History {
        History(
            items: items.dropLast(count),
            times: times.dropLast(count),
            types: types.dropLast(count),
            values: values.dropLast(count),
            weights: weights.dropLast(count),
            sessions: sessions.dropLast(count)
        )
    }

    /// The session of one of its events, by its place from the oldest.
    @inline(__always)
    public func session(at place: Int) -> SessionTag {
        sessions.isEmpty ? .none : sessions[sessions.startIndex + place]
    }
}
