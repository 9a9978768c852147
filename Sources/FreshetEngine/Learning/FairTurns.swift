/// Who goes next where several share a few places: the one who has had least, by their weights, since they were there.
///
/// Start-time fair queueing (Goyal, Vin and Cheng 1996) for turns whose cost is known only afterwards. Each member has a
/// clock that moves on by what a turn cost over the member's weight, and of those who wait the one whose clock is furthest
/// behind goes. Members who wait all the time so get shares in the ratio of their weights, however dear their turns are, and
/// none is ever ahead of another who waits by more than one turn of each. Time without a wish is not saved up: a clock that
/// was left behind is set to where the others are.
struct FairTurns<Member: Hashable & Sendable>: Sendable {
    private struct State {
        let weight: Double
        /// What the member has had over its weight.
        var clock: Double
        /// The place in the order of asking; `nil` while it does not wait.
        var waiting: Int?
    }

    private let places: Int
    private var taken = 0
    private var asked = 0
    private var members: [Member: State] = [:]
    /// The clock of whoever was let in last.
    private var now = 0.0

    /// Creates turns, of which as many run at a time as there are places.
    init(places: Int) {
        precondition(places > 0, "\(places) places")
        self.places = places
    }

    /// Lets a member take part, with a weight above 0.
    mutating func add(_ member: Member, weight: Double) {
        precondition(weight > 0, "a weight of \(weight)")
        members[member] = State(weight: weight, clock: now)
    }

    /// Forgets a member, who has no turn at this moment.
    mutating func remove(_ member: Member) { members[member] = nil }

    /// Notes that a member wants a turn.
    mutating func ask(_ member: Member) {
        guard members[member]?.waiting == nil, let clock = members[member]?.clock else { return }
        asked += 1
        members[member]?.waiting = asked
        members[member]?.clock = max(clock, now)
    }

    /// Notes that a member wants none any more.
    mutating func withdraw(_ member: Member) { members[member]?.waiting = nil }

    /// Lets in the next one.
    /// - Parameter kept: free places that are kept for others.
    /// - Returns: the member whose turn it is, who has a place from now on; `nil` when there is no place or nobody waits.
    mutating func next(keeping kept: Int = 0) -> Member? {
        guard taken + kept < places else { return nil }
        let waiting = members.lazy.compactMap { member, state in
            state.waiting.map { (member: member, clock: state.clock, order: $0) }
        }
        guard let first = waiting.min(by: { ($0.clock, $0.order) < ($1.clock, $1.order) }) else { return nil }
        taken += 1
        now = max(now, first.clock)
        members[first.member]?.waiting = nil
        return first.member
    }

    /// Whether others wait, and a member that does not would go before all of them if it asked now.
    func goesFirst(_ member: Member) -> Bool {
        guard let state = members[member], state.waiting == nil else { return false }
        let clock = max(state.clock, now)
        let others = members.values.filter { $0.waiting != nil }
        return !others.isEmpty && others.allSatisfy { clock < $0.clock }
    }

    /// Takes the place back after a turn that cost so much.
    mutating func finish(_ member: Member, cost: Double) {
        taken -= 1
        guard let state = members[member] else { return }
        members[member]?.clock += max(0, cost) / state.weight
    }
}
