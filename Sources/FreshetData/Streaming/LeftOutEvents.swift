import FreshetCore

/// Events of the log that count for nothing: what users did while they acted like machines.
///
/// They stay in the log and in their users' histories, with a weight of 0. A stretch is kept for good, as its events would
/// count again without it: some 30 bytes in memory and 50 on disk. The watch for robots flags 10,000 users at most, each
/// for a day at least, so there are never more than 10,000 new ones a day.
package struct LeftOutEvents: Sendable, Equatable {
    /// A part of the log for one user.
    package struct Stretch: Sendable, Equatable, Codable {
        /// The user's number.
        package var user: Int32
        /// The offset of the first event.
        package var first: Int64
        /// That of the last; `nil` as long as the stretch goes on.
        package var last: Int64?
    }

    private var stretches: [Int32: [Stretch]] = [:]

    /// Creates a list of none.
    package init() {}

    /// Whether there are none.
    package var isEmpty: Bool { stretches.isEmpty }

    /// The users of whom anything is left out.
    package var users: [UserIndex] { stretches.keys.sorted().map(UserIndex.init(rawValue:)) }

    /// Whether anything of a user is left out.
    package func holds(_ user: UserIndex) -> Bool { stretches[user.rawValue] != nil }

    /// The users whose stretch goes on.
    package var current: [UserIndex] {
        stretches.filter { $0.value.contains { $0.last == nil } }.keys.sorted().map(UserIndex.init(rawValue:))
    }

    /// Whether an event is one of them.
    package func contains(_ event: LoggedEvent) -> Bool {
        guard let own = stretches[event.user.rawValue] else { return false }
        return own.contains { $0.first <= event.offset && event.offset <= $0.last ?? .max }
    }

    /// How many stretches there are.
    package var count: Int { stretches.values.reduce(0) { $0 + $1.count } }

    /// Leaves out one event of a user.
    package mutating func add(_ user: UserIndex, at offset: Int64) {
        var own = stretches[user.rawValue] ?? []
        guard !own.contains(where: { $0.first <= offset && offset <= $0.last ?? .max }) else { return }
        if let place = own.lastIndex(where: { $0.last == offset - 1 }) {
            own[place].last = offset
        } else {
            own.append(Stretch(user: user.rawValue, first: offset, last: offset))
        }
        stretches[user.rawValue] = own
    }

    /// Leaves out a user's events from an offset on; a stretch that reaches up to there goes on.
    package mutating func begin(_ user: UserIndex, at offset: Int64) {
        end(user, before: offset)
        var own = stretches[user.rawValue] ?? []
        if let place = own.lastIndex(where: { $0.first <= offset && offset - 1 <= $0.last ?? .max }) {
            own[place].last = nil
        } else {
            own.append(Stretch(user: user.rawValue, first: offset))
        }
        stretches[user.rawValue] = own
    }

    /// Counts a user's events again from an offset on.
    package mutating func end(_ user: UserIndex, before offset: Int64) {
        guard var own = stretches[user.rawValue] else { return }
        for place in own.indices where own[place].last == nil { own[place].last = offset - 1 }
        own.removeAll { $0.last ?? .max < $0.first }
        stretches[user.rawValue] = own.isEmpty ? nil : own
    }

    /// Forgets a user.
    package mutating func forget(_ user: UserIndex) { stretches[user.rawValue] = nil }

    /// Takes one user's events for another's.
    package mutating func join(_ former: UserIndex, to user: UserIndex) {
        guard let own = stretches.removeValue(forKey: former.rawValue) else { return }
        stretches[user.rawValue, default: []] += own.map {
            Stretch(user: user.rawValue, first: $0.first, last: $0.last)
        }
    }
}

extension LeftOutEvents: Codable {
    /// Reads a list of stretches.
    package init(from decoder: any Decoder) throws {
        let all = try decoder.singleValueContainer().decode([Stretch].self)
        stretches = Dictionary(grouping: all, by: \.user)
    }

    /// Writes a list of stretches, by user.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(stretches.sorted { $0.key < $1.key }.flatMap(\.value))
    }
}
