import FreshetCore
import FreshetData
import FreshetFeedback
import FreshetRecommendation
import Synchronization

/// What followed what among the newest events of the log, counted when somebody asks.
///
/// Nothing of it is on the way of events and answers. It begins at the newest 200,000 events, and anew once it has counted
/// as many again.
final class ActionCounts: Sendable {
    private static let newest: Int64 = 200_000
    private static let page = 10_000

    /// Events that are nobody's action, but say what was on the screen or what somebody thinks of it.
    private let left = FeedbackRules().types(of: .seen).union(FeedbackRules().types(of: .satisfaction))

    private struct State {
        var transitions = ActionTransitions()
        var offset: Int64?
    }

    private let log: any EngineStore
    private let state = Mutex(State())

    init(log: any EngineStore) { self.log = log }

    /// The counts of all that is in the log, read on a thread of their own.
    /// - Throws: ``FreshetError`` when the log cannot be read.
    func current() async throws -> ActionTransitions {
        try await withCheckedThrowingContinuation { continuation in
            BackgroundThread.start(named: "freshet-actions", niceness: 0) { [self] in
                continuation.resume(with: Result { try state.withLock { try catchUp(&$0) } })
            }
        }
    }

    private func catchUp(_ state: inout State) throws -> ActionTransitions {
        let end = log.newestOffset
        if state.offset == nil || state.transitions.events >= 2 * Int(Self.newest) {
            state = State(offset: max(0, end - Self.newest))
        }
        while let offset = state.offset {
            let events = try log.events(after: offset, limit: Self.page)
            guard let last = events.last else { break }
            let types = log.vocabulary.eventTypes
            for event in events where !left.contains(types[Int(event.type)].rawValue) { state.transitions.add(event) }
            state.offset = last.offset
        }
        return state.transitions
    }

    /// Forgets who a user is; what they did stays counted.
    func forget(_ user: UserIndex) { state.withLock { $0.transitions.forget(user) } }
}
