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
    /// Where the columns lie when they are long; `nil` is in memory.
    let scratch: ScratchFolder?

    init(scratch: ScratchFolder? = nil) { self.scratch = scratch }

    /// How many events there are.
    var count: Int { users.count }
    /// Whether some events have a time and others have none.
    var mixesTimes: Bool { !times.isEmpty && hasEventsWithoutTime }

    /// Adds an event; `noTime`, `.nan` and -1 say that it has no time, no value and no session.
    /// - Throws: ``FreshetError`` of kind `external` when the scratch folder is full.
    mutating func append(user: Int, item: Int, type: UInt8, value: Float, time: Timestamp, session: Int) throws {
        if time == Self.noTime { hasEventsWithoutTime = true }
        let count = count
        if time != Self.noTime || !times.isEmpty {
            if times.isEmpty { times = try scratch.array(count: count) { $0.initialize(repeating: Self.noTime) } }
            try scratch.append(time, to: &times)
        }
        if type != 0 || !types.isEmpty {
            if types.isEmpty { types = try scratch.array(count: count) { $0.initialize(repeating: 0) } }
            try scratch.append(type, to: &types)
        }
        if !value.isNaN || !values.isEmpty {
            if values.isEmpty { values = try scratch.array(count: count) { $0.initialize(repeating: .nan) } }
            try scratch.append(value, to: &values)
        }
        if session >= 0 || !sessions.isEmpty {
            if sessions.isEmpty { sessions = try scratch.array(count: count) { $0.initialize(repeating: -1) } }
            try scratch.append(Int32(truncatingIfNeeded: session), to: &sessions)
        }
        try scratch.append(Int32(truncatingIfNeeded: user), to: &users)
        try scratch.append(Int32(truncatingIfNeeded: item), to: &items)
    }
}
