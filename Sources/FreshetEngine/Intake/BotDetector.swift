import Foundation
import FreshetCore

/// Tells users who act like machines from people, event by event, in memory of a fixed size.
///
/// It looks for the signs by which `--outliers` goes in a log as a whole: rate, repetition, even gaps. There the log's other
/// users say what is usual; here none are compared, so a sign is what no person does for long. All figures fade,
/// the rate in ten minutes and the others in a day: whoever stops is soon a person again.
///
/// Events of one moment count as one, and late ones not at all: a basket, or a file that is brought in, is no haste.
///
/// A user's slot is the remainder of their number, and they hold it while they are there. Whoever comes meanwhile and has the
/// same one is not watched, so that a robot is not lost among visitors. An event takes no memory.
struct BotDetector: Sendable {
    /// What gives a machine away.
    enum Sign: String, Sendable, CaseIterable {
        /// More than an event every two seconds for some ten minutes, or as many in a burst.
        case rate
        /// Nearly every one of a hundred events within a day is on one of the eight items before it.
        case repetition
        /// Nearly every one of a hundred gaps within a day is as long as the one before.
        case regularity
    }

    /// What speaks against a user.
    struct Finding: Sendable, Equatable {
        var sign: Sign
        /// The offset of the first event that speaks against them, of this day or the day before.
        var first: Int64
    }

    /// How many users are watched at once, at most.
    static let slotCount = 16_384

    private var slots = [Slot](repeating: Slot(), count: slotCount)

    /// Takes note of an event.
    /// - Returns: what speaks against its user now; `nil` for nothing.
    mutating func note(_ event: LoggedEvent) -> Finding? {
        let place = event.user.position % Self.slotCount
        if slots[place].user != event.user {
            guard !slots[place].isBusy(at: event.timeOrArrival) else { return nil }
            slots[place] = Slot(user: event.user)
        }
        slots[place].note(event)
        return slots[place].sign.map { Finding(sign: $0, first: slots[place].first(of: $0)) }
    }
}

extension LoggedEvent {
    /// When it happened, in milliseconds since 1970; a time after its arrival, from a clock that runs ahead, counts as
    /// the arrival.
    var timeOrArrival: Int64 { received > 0 ? min(time.milliseconds, received) : time.milliseconds }
}

/// What is known of one user.
private struct Slot: Sendable {
    /// The time in which a burst fades, in milliseconds: ten minutes.
    private static let minutes: Float = 600_000
    /// The time in which the other figures fade, in milliseconds: a day.
    private static let day: Float = 86_400_000
    /// A slot is free seven minutes after a single event, later after many.
    private static let busy: Float = 0.5
    private static let mostBurst: Float = 300
    /// The number of events or gaps from which on it can be told how somebody acts.
    private static let enough: Float = 100
    private static let mostRepeats: Float = 0.95
    private static let mostEvenGaps: Float = 0.9

    var user = UserIndex(rawValue: -1)
    /// The offset of the first event of the burst, before which nothing or only what has faded came.
    private var burstFirst: Int64 = 0
    /// The day of the newest event, counted from 1970; the offsets of that day's first event and of the day's before, or of
    /// the same again where none came then.
    private var today = Int64.min
    private var todayFirst: Int64 = 0
    private var yesterdayFirst: Int64 = 0
    /// The time of the newest event, and the gap before it, in milliseconds.
    private var time = Int64.min
    private var gap: Float = 0
    /// Events, fading in ten minutes.
    private var burst: Float = 0
    /// Events, those of them on an item of the eight before, gaps, and those as long as the one before; fading in a day.
    private var events: Float = 0
    private var repeats: Float = 0
    private var gaps: Float = 0
    private var evenGaps: Float = 0
    /// The items of the last eight events, round and round.
    private var items = SIMD8<Int32>(repeating: -1)
    private var next = 0

    init() {}

    init(user: UserIndex) { self.user = user }

    /// Whether its user was there in the last minutes.
    func isBusy(at now: Int64) -> Bool {
        burst >= Self.busy && burst * exp(-Float(max(0, now - time)) / Self.minutes) >= Self.busy
    }

    /// Takes note of an event.
    mutating func note(_ event: LoggedEvent) {
        let now = event.timeOrArrival
        guard now > time else { return }
        if burst > 0 { fade(by: Float(now - time)) }
        // What came before has faded.
        if burst < 0.5 { burstFirst = event.offset }
        turnDay(to: now / Int64(Self.day), at: event.offset)
        time = now
        burst += 1
        events += 1
        let item = event.item.rawValue
        if any(items .== SIMD8(repeating: item)) { repeats += 1 }
        items[next] = item
        next = (next + 1) % SIMD8<Int32>.scalarCount
    }

    /// Takes note of the first event of a day.
    private mutating func turnDay(to day: Int64, at offset: Int64) {
        guard day != today else { return }
        yesterdayFirst = day == today + 1 ? todayFirst : offset
        (today, todayFirst) = (day, offset)
    }

    /// The offset of the first event that gave a sign, less than two days back: who comes every day never fades, and what
    /// they did long ago is no part of it.
    func first(of sign: BotDetector.Sign) -> Int64 {
        sign == .rate ? max(burstFirst, yesterdayFirst) : yesterdayFirst
    }

    /// Lets time pass that is a gap between two events.
    private mutating func fade(by newest: Float) {
        burst *= exp(-newest / Self.minutes)
        let rest = exp(-newest / Self.day)
        (events, repeats, gaps, evenGaps) = (rest * events, rest * repeats, rest * gaps, rest * evenGaps)
        if newest < Self.day {
            gaps += 1
            if abs(newest - gap) <= gap / 8 { evenGaps += 1 }
        }
        gap = newest
    }

    /// What speaks against the user.
    var sign: BotDetector.Sign? {
        if burst >= Self.mostBurst { return .rate }
        if events >= Self.enough, repeats >= Self.mostRepeats * events { return .repetition }
        if gaps >= Self.enough, evenGaps >= Self.mostEvenGaps * gaps { return .regularity }
        return nil
    }
}
