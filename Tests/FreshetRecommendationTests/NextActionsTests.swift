import FreshetCore
import FreshetTensor
import Testing

@testable import FreshetRecommendation

/// Which action to ask for, where it is known what leads where.
@Suite("Next actions")
struct NextActionsTests {
    private static let (view, cart, rate, purchase): (UInt8, UInt8, UInt8, UInt8) = (0, 1, 2, 3)

    private static func event(_ user: Int, _ type: UInt8, _ time: Int64) -> LoggedEvent {
        LoggedEvent(offset: 0, user: UserIndex(user), item: ItemIndex(0), type: type, time: Timestamp(seconds: time))
    }

    /// Of ten users who viewed, four put something into a cart and three of these bought it, four rated and none bought,
    /// and two left.
    private static func transitions(tens: Int) -> ActionTransitions {
        var transitions = ActionTransitions()
        for user in 0..<10 * tens {
            transitions.add(event(user, view, 0))
            let next: UInt8? = [cart, cart, cart, cart, rate, rate, rate, rate, nil, nil][user % 10]
            if let next { transitions.add(event(user, next, 60)) }
            if user % 10 < 3 { transitions.add(event(user, purchase, 120)) }
        }
        return transitions
    }

    private static func judged(_ transitions: ActionTransitions, after type: UInt8? = view) -> NextActions {
        var random = RandomSource(seed: 4)
        return NextActions(
            transitions,
            after: type,
            goal: purchase,
            asking: [rate, cart, purchase],
            at: 10 * 86_400,
            random: &random
        )
    }

    @Test func whatLeadsToTheGoalIsAskedFor() throws {
        let next = Self.judged(Self.transitions(tens: 40))
        #expect(next.actions.map(\.type) == [Self.cart, Self.rate])
        let (cart, rate) = (next.actions[0], next.actions[1])
        #expect(abs(next.reached - 0.3) < 0.02)
        #expect(abs(cart.chance - 0.4) < 0.02 && abs(cart.reached - 0.75) < 0.02 && cart.observed == 160)
        #expect(abs(cart.gain - 0.4 * 0.45) < 0.02 && cart.low > 0.1 && cart.high < 0.25 && cart.best == 1)
        #expect(rate.gain < 0 && rate.reached < 0.02 && rate.best == 0)
    }

    /// What was seen seldom is uncertain, and surer the more there is of it.
    @Test func fewEventsAreUncertain() {
        let (few, many) = (Self.judged(Self.transitions(tens: 1)), Self.judged(Self.transitions(tens: 100)))
        func width(_ next: NextActions) -> Double { next.actions[0].high - next.actions[0].low }
        #expect(width(few) > 5 * width(many) && few.actions[0].best < 1)
        let none = Self.judged(ActionTransitions(), after: nil)
        #expect(none.actions.count == 2 && none.actions.allSatisfy { $0.observed == 0 && $0.low < 0 && $0.high > 0 })
    }

    /// What comes a day later does not follow, and neither does what came before.
    @Test func onlyWhatComesWithinADayFollows() {
        var transitions = ActionTransitions()
        transitions.add(Self.event(1, Self.view, 0))
        transitions.add(Self.event(1, Self.cart, ActionTransitions.window + 1))
        transitions.add(Self.event(1, Self.rate, 5))
        #expect(transitions.events == 2)
        let counts = transitions.counts(of: [Self.view, Self.cart], at: ActionTransitions.window + 2)
        #expect(counts == [[0, 1, 1], [1, 0, 0], [0, 0, 0]])
        // Somebody who has not come back has left.
        let later = transitions.counts(of: [Self.view, Self.cart], at: 3 * ActionTransitions.window)
        #expect(later[2] == [1, 0, 0])
        #expect(transitions.newest(of: UserIndex(1), at: ActionTransitions.window + 9) == Self.cart)
        #expect(transitions.newest(of: UserIndex(1), at: 9 * ActionTransitions.window) == nil)
        transitions.forget(UserIndex(1))
        #expect(transitions.newest(of: UserIndex(1), at: ActionTransitions.window + 9) == nil)
    }

    @Test func theSameCountsGiveTheSameActions() {
        #expect(Self.judged(Self.transitions(tens: 3)) == Self.judged(Self.transitions(tens: 3)))
    }
}
