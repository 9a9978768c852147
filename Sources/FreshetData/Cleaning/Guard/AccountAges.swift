import FreshetCore

/// Which accounts are young, from the order of their numbers: a few hundred marks of how many there were when.
struct AccountAges: Sendable {
    /// The number of marks that cover the time for which an account is young.
    private static let marksPerAge: Int64 = 256

    /// For how long an account is young, in milliseconds.
    private let young: Int64
    private let step: Int64
    /// How many accounts there were at a time, round and round.
    private var marks: [(time: Int64, count: Int32)] = []
    private var next = 0
    /// How many accounts came so far, and when the last event was.
    private var count: Int32 = 0
    private var last = Int64.min
    /// When the marks were looked at.
    private var passed = Int64.min
    /// The accounts below are not young any more.
    private var grown: Int32 = 0

    init(young: Int64) {
        self.young = young
        step = max(1, young / Self.marksPerAge)
        // One more than cover an age.
        marks = Array(repeating: (.min, 0), count: Int(Self.marksPerAge) + 1)
    }

    /// Whether an account is young, which is seen at a time that never goes back.
    mutating func isYoung(_ user: UserIndex, at now: Int64) -> Bool {
        let newest = marks[(next + marks.count - 1) % marks.count].time
        if count > 0, now > last, newest == .min || last - newest >= step {
            marks[next] = (last, count)
            next = (next + 1) % marks.count
        }
        if passed == .min || now - passed >= step { passOld(now) }
        last = now
        count = max(count, user.rawValue + 1)
        return user.rawValue >= grown
    }

    /// Takes it up which marks are older than young accounts are.
    private mutating func passOld(_ now: Int64) {
        passed = now
        for mark in marks where mark.time > .min && now - mark.time >= young { grown = max(grown, mark.count) }
    }
}

/// Events by key, fading, in slots of a fixed number.
struct CapSlots: Sendable {
    private struct Slot: Sendable {
        var key = UInt64.max
        var count: Float = 0
        var time = Int64.min
    }

    private let fade: Int64
    private var slots: [Slot]

    /// - Parameters:
    ///   - count: how many slots, a power of two.
    ///   - fade: after this time a count is over, in milliseconds.
    init(count: Int, fade: Int64) {
        precondition(count & (count - 1) == 0, "\(count) slots")
        self.fade = fade
        slots = Array(repeating: Slot(), count: count)
    }

    /// Counts an event.
    ///
    /// A count begins at an event and is over ``fade`` later. The event of another key takes one from it, and at zero the slot
    /// is that key's: whoever comes often keeps a slot among many who come once (Boyer and Moore's majority vote), and nobody is counted
    /// more often than they came.
    /// - Returns: how many there are now, at least.
    mutating func add(_ key: UInt64, at now: Int64) -> Float {
        let place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 40) & (slots.count - 1)
        if slots[place].time == .min || now - slots[place].time >= fade {
            slots[place] = Slot(key: key, count: 0, time: now)
        }
        if slots[place].key != key {
            slots[place].count -= 1
            guard slots[place].count <= 0 else { return 0 }
            slots[place] = Slot(key: key, count: 0, time: now)
        }
        slots[place].count += 1
        return slots[place].count
    }
}
