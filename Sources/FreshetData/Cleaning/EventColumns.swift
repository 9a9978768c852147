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
        try append(time, to: &times, unless: time == Self.noTime, before: Self.noTime)
        try append(type, to: &types, unless: type == 0, before: 0)
        try append(value, to: &values, unless: value.isNaN, before: .nan)
        try append(Int32(truncatingIfNeeded: session), to: &sessions, unless: session < 0, before: -1)
        try scratch.makeRoom(in: &users)
        users.append(Int32(truncatingIfNeeded: user))
        try scratch.makeRoom(in: &items)
        items.append(Int32(truncatingIfNeeded: item))
    }

    /// Adds to a column that is empty until an event needs it.
    @inline(__always)
    private func append<Element: BitwiseCopyable>(
        _ element: Element,
        to column: inout [Element],
        unless isMissing: Bool,
        before missing: Element
    ) throws {
        if column.isEmpty {
            guard !isMissing else { return }
            column = try scratch.array(count: count) { $0.initialize(repeating: missing) }
        }
        try scratch.makeRoom(in: &column)
        column.append(element)
    }
}
