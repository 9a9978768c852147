import FreshetCore

/// Events in the order of the file, in columns; an optional column is empty until an event needs it.
struct EventColumns {
    /// Stands for an event without a time.
    static let noTime = Timestamp(milliseconds: .min)

    var users: [Int32] = []
    var items: [Int32] = []
    var times: [Timestamp] = []
    var types: [UInt8] = []
    var values: [Float] = []
    /// Sessions by number; -1 for none.
    var sessions: [Int32] = []
    private var hasEventsWithoutTime = false

    /// How many events there are.
    var count: Int { users.count }
    /// Whether some events have a time and others have none.
    var mixesTimes: Bool { !times.isEmpty && hasEventsWithoutTime }

    /// Adds an event; `noTime`, `.nan` and -1 say that it has no time, no value and no session.
    mutating func append(user: Int, item: Int, type: UInt8, value: Float, time: Timestamp, session: Int) {
        if time != Self.noTime || !times.isEmpty {
            if times.isEmpty { times = [Timestamp](repeating: Self.noTime, count: count) }
            times.append(time)
        }
        if time == Self.noTime { hasEventsWithoutTime = true }
        if type != 0 || !types.isEmpty {
            if types.isEmpty { types = [UInt8](repeating: 0, count: count) }
            types.append(type)
        }
        if !value.isNaN || !values.isEmpty {
            if values.isEmpty { values = [Float](repeating: .nan, count: count) }
            values.append(value)
        }
        if session >= 0 || !sessions.isEmpty {
            if sessions.isEmpty { sessions = [Int32](repeating: -1, count: count) }
            sessions.append(Int32(truncatingIfNeeded: session))
        }
        users.append(Int32(truncatingIfNeeded: user))
        items.append(Int32(truncatingIfNeeded: item))
    }
}
