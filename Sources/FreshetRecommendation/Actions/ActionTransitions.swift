import FreshetCore

/// Which kind of event followed which, counted over users: a Markov chain of their actions.
///
/// A state is the type of a user's newest event, or none where nothing came for as long as ``window``. What comes within
/// the window follows; where nothing does, the user has left.
public struct ActionTransitions: Sendable, Equatable {
    /// For how many seconds an event waits for the one that follows it.
    public static let window: Int64 = 86_400
    /// The state of somebody who has done nothing lately.
    static let none = 0

    private struct Last: Sendable, Equatable {
        var type: UInt8
        var time: Int64
    }

    /// How many events were counted.
    public private(set) var events = 0
    /// How often one state followed another; the first row and column stand for no event.
    private var counts: [[Int]] = [[0]]
    private var last: [UserIndex: Last] = [:]

    /// Creates counts of nothing.
    public init() {}

    /// Counts an event; one that is older than what its user has done since says nothing.
    public mutating func add(_ event: LoggedEvent) {
        let (time, state) = (event.time.seconds, Int(event.type) + 1)
        if let last = last[event.user], last.time > time { return }
        events += 1
        while counts.count <= state {
            for row in counts.indices { counts[row].append(0) }
            counts.append([Int](repeating: 0, count: counts.count + 1))
        }
        let before = last.updateValue(Last(type: event.type, time: time), forKey: event.user)
        guard let before, time - before.time <= Self.window else {
            if let before { counts[Int(before.type) + 1][Self.none] += 1 }
            counts[Self.none][state] += 1
            return
        }
        counts[Int(before.type) + 1][state] += 1
    }

    /// Forgets who a user is; what they did stays counted.
    public mutating func forget(_ user: UserIndex) { last[user] = nil }

    /// The type of a user's newest event; `nil` where there is none within the window.
    public func newest(of user: UserIndex, at time: Int64) -> UInt8? {
        last[user].flatMap { time - $0.time <= Self.window ? $0.type : nil }
    }

    /// The counts up to a time, of some types: who did nothing for the window has left.
    ///
    /// - Parameters:
    ///   - types: the types, in the order of the states after the first, which stands for no event; all others count as if
    ///     they had not been asked for, and lead nowhere.
    ///   - time: the time, in seconds since 1970.
    /// - Returns: how often the state of a row was followed by that of a column.
    func counts(of types: [UInt8], at time: Int64) -> [[Double]] {
        var all = counts
        for last in last.values where time - last.time > Self.window { all[Int(last.type) + 1][Self.none] += 1 }
        let states = [Self.none] + types.map { Int($0) + 1 }
        return states.map { row in
            guard row < all.count else { return [Double](repeating: 0, count: states.count) }
            var following = states.map { $0 < all.count ? Double(all[row][$0]) : 0 }
            // What is not told apart ends what can be said.
            let others = Double(all[row].reduce(0, +)) - following.reduce(0, +)
            if row != Self.none { following[0] += others }
            return following
        }
    }

    /// How often each type was seen, by its number.
    public var frequencies: [Int] {
        guard counts.count > 1 else { return [] }
        return (1..<counts.count).map { state in counts.reduce(0) { $0 + $1[state] } }
    }
}
