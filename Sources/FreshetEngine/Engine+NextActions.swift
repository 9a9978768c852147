import FreshetCore
import FreshetData
import FreshetFeedback
import FreshetRecommendation
import FreshetTensor

/// Which kind of event to ask a user for next, and how sure that is.
public struct SuggestedActions: Sendable, Equatable, Codable {
    /// One of them.
    public struct Action: Sendable, Equatable, Codable {
        /// The type of event.
        public let type: String
        /// The chance that it is what the user does next.
        public let chance: Double
        /// The chance that the goal is reached after it.
        public let reached: Double
        /// By how much it raises the chance to reach the goal.
        public let gain: Double
        /// The lower end of the 90% interval of the gain.
        public let low: Double
        /// The upper end.
        public let high: Double
        /// The chance that no other action gains more.
        public let best: Double
        /// How often it was seen after what the user did last.
        public let observed: Int
    }

    /// The type of the user's newest event within a day; `nil` without one.
    public let after: String?
    /// The goal.
    public let goal: String
    /// The chance that the user reaches it if nothing is asked.
    public let reached: Double
    /// On how many events it rests.
    public let events: Int
    /// The actions, the one that gains most first.
    public let actions: [Action]
}

extension Engine {
    /// No more types are told apart.
    private static let mostTypes = 24

    /// Which kind of event to ask a user for, so that they reach a goal: by what users did after what this one did last.
    ///
    /// Every event that was acknowledged before the call counts.
    ///
    /// - Parameters:
    ///   - user: the external id; nothing need be known of it.
    ///   - goal: the type of event that is wanted in the end; `purchase`, or the most frequent conversion, when `nil`.
    ///   - asked: the types that can be asked for; all likings that were seen when `nil`.
    ///   - count: how many at most.
    /// - Returns: the actions, the best first.
    /// - Throws: ``FreshetError`` of kind `usage` for a type that no event ever had or too many of them, of kind `external` when the log cannot
    ///   be read.
    public func nextActions(
        of user: String,
        goal: String? = nil,
        among asked: [String]? = nil,
        count: Int = 3
    ) async throws -> SuggestedActions {
        guard (asked?.count ?? 0) <= Self.mostTypes else {
            throw FreshetError(
                .usage,
                "\(asked?.count ?? 0) types to ask for.",
                remedy: "Name at most \(Self.mostTypes)."
            )
        }
        let transitions = try await actions.current()
        let types = vocabulary.eventTypes
        func number(_ name: String) throws -> UInt8 {
            guard let number = vocabulary.eventType(EventType(rawValue: name)) else {
                throw FreshetError.unknown("event type", name, known: types.map(\.rawValue))
            }
            return number
        }
        let frequencies = transitions.frequencies
        // Of what is not asked for by hand, the frequent ones.
        let frequent = frequencies.indices.filter { frequencies[$0] > 0 }
            .sorted { (frequencies[$0], $1) > (frequencies[$1], $0) }.prefix(Self.mostTypes).map { UInt8($0) }
        let conversions = FeedbackRules().types(of: .conversion)
        let usual = frequent.first { conversions.contains(types[Int($0)].rawValue) }
        guard let goal = try goal.map(number) ?? vocabulary.eventType(.purchase) ?? usual else {
            throw FreshetError(
                .usage,
                "There is no goal: no \(EventType.purchase.rawValue) ever came in.",
                remedy: "Name the type of event that is wanted in the end: goal=…"
            )
        }
        let wanted =
            try asked.map { try $0.map(number) }
            ?? frequent.filter { configuration.events[types[Int($0)]].weight(of: .nan) > 0 }
        let now = clock.seconds
        let newest = vocabulary.user(vocabulary.name(of: user)).flatMap { transitions.newest(of: $0, at: now) }
        var random = RandomSource(seed: UInt64(transitions.events))
        let next = NextActions(
            transitions,
            after: newest,
            goal: goal,
            asking: wanted,
            among: frequent,
            at: now,
            random: &random
        )
        return SuggestedActions(
            after: newest.map { types[Int($0)].rawValue },
            goal: types[Int(goal)].rawValue,
            reached: next.reached,
            events: transitions.events,
            actions: next.actions.prefix(count).map { action in
                SuggestedActions.Action(
                    type: types[Int(action.type)].rawValue,
                    chance: action.chance,
                    reached: action.reached,
                    gain: action.gain,
                    low: action.low,
                    high: action.high,
                    best: action.best,
                    observed: action.observed
                )
            }
        )
    }
}
