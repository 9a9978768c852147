import Foundation
import FreshetCore

/// Says of each event, as it comes, whether it may count: so that a few new accounts cannot carry an item to everybody.
///
/// Three rules, the first that applies:
///
/// - **rate**: an account has more than ``Settings/eventsPerHour`` within an hour;
/// - **repetition**: an account has more than ``Settings/repeatsPerDay`` on one item within a day;
/// - **burst**: the item has more events of young accounts than its share of all others explains. With `y` the item's events of
///   young accounts, `n` all that counted of it, and `Y` and `N` the same of all items, the young are expected to give it
///   `e = Y · (n - y) / (N - Y)`; more than `e + deviations · √e + floor` are a burst. `√e` is the deviation of a count of
///   independent events (Poisson), so the rule asks whether accounts that know nothing of each other would have done this.
///   It needs a past: while `N ≤ 2 Y`, as in the first month of a shop, nothing is a burst.
///
/// An event that is spoken against is counted nowhere. What young accounts did fades by half in ``Settings/windowDays``, what
/// counts as known of an item in ten times that; a burst is thus cut to a trickle and never to nothing. An account is young for ``Settings/youngDays`` from its first event on. Numbers of users grow in the order
/// in which they came, so one number tells the age of all accounts.
///
/// An event costs the same whatever the catalogue is, and takes no memory, but for 16 bytes for each item up to the number
/// ``itemLimit``; beyond it two items share a count. The caps are kept in 82,000 slots of 24 bytes, in which those who come
/// often are counted and others may not be.
public struct IntakeGuard: Sendable {
    /// Why an event does not count.
    public enum Reason: String, Sendable, Equatable, Codable, CaseIterable {
        /// The account has too many events within an hour.
        case rate
        /// The account has too many events on the item within a day.
        case repetition
        /// Too many of the item's events are those of young accounts.
        case burst
    }

    /// The number of items that have a count of their own.
    public static let itemLimit = 1 << 20

    /// The settings it was created with.
    public let settings: Settings
    private let window: Float
    private var accounts: AccountAges
    private var rates = CapSlots(count: 1 << 14, fade: 3_600_000)
    private var repeats = CapSlots(count: 1 << 16, fade: 86_400_000)
    private var items: [ItemCounts] = []
    private var all = ItemCounts()
    private var now = Int64.min

    /// Starts with nothing known.
    ///
    /// - Parameter settings: the bounds.
    public init(_ settings: Settings = Settings()) {
        self.settings = settings
        window = Float(settings.windowDays * 86_400_000)
        accounts = AccountAges(young: Int64(settings.youngDays * 86_400_000))
    }

    /// Takes note of an event.
    ///
    /// - Parameters:
    ///   - user: whose it is; numbers grow in the order in which users came.
    ///   - item: what it is on.
    ///   - milliseconds: when; earlier than the one before counts as that one's.
    ///   - hasClock: whether times are those of a clock, so that an hour and a day say something.
    /// - Returns: what speaks against it; `nil` for nothing.
    public mutating func note(
        user: UserIndex,
        item: ItemIndex,
        at milliseconds: Int64,
        hasClock: Bool = true
    ) -> Reason? {
        now = max(now, milliseconds)
        let isYoung = accounts.isYoung(user, at: now)
        if hasClock {
            let account = UInt64(UInt32(bitPattern: user.rawValue))
            if rates.add(account, at: now) > Float(settings.eventsPerHour) { return .rate }
            let pair = account << 32 | UInt64(UInt32(bitPattern: item.rawValue))
            if repeats.add(pair, at: now) > Float(settings.repeatsPerDay) { return .repetition }
        }
        let slot = item.position % Self.itemLimit
        items.grow(to: slot + 1)
        items[slot].fade(to: now, window: window)
        all.fade(to: now, window: window)
        if isYoung, all.counted > 2 * all.young, items[slot].young + 1 > bound(of: items[slot]) { return .burst }
        items[slot].add(isYoung: isYoung)
        all.add(isYoung: isYoung)
        return nil
    }

    /// Adds events on an item that counted before the first event it is told of.
    package mutating func learn(_ item: ItemIndex, counted: Float) {
        guard counted > 0 else { return }
        let slot = item.position % Self.itemLimit
        items.grow(to: slot + 1)
        items[slot].learn(counted)
        all.learn(counted)
    }

    /// The events of young accounts that an item may have.
    private func bound(of item: ItemCounts) -> Float {
        let others = all.counted - all.young
        let expected = others > 0 ? all.young * max(0, item.counted - item.young) / others : 0
        return expected + Float(settings.deviations) * expected.squareRoot() + Float(settings.floor)
    }
}

/// What counted of an item, or of all.
private struct ItemCounts: Sendable {
    /// How many windows long what is known of an item counts half.
    private static let memory: Float = 10

    private(set) var counted: Float = 0
    private(set) var young: Float = 0
    private var time = Int64.min

    /// Lets time pass.
    mutating func fade(to now: Int64, window: Float) {
        guard now > time else { return }
        if time > .min {
            let windows = Float(now - time) / window
            young *= exp2(-windows)
            counted *= exp2(-windows / Self.memory)
        }
        time = now
    }

    mutating func learn(_ count: Float) { counted += count }

    mutating func add(isYoung: Bool) {
        counted += 1
        if isYoung { young += 1 }
    }
}

extension [ItemCounts] {
    fileprivate mutating func grow(to count: Int) {
        if count > self.count { append(contentsOf: repeatElement(ItemCounts(), count: count - self.count)) }
    }
}
