import FreshetCore
import FreshetData
import FreshetModels

/// A contender's candidates for events that are predicted together: the transformer scores all of them in one pass.
///
/// The candidates themselves are those of one event at a time, so their scratch, which is as long as the catalogue, is
/// there once and not for every event.
struct ScoredEvents {
    private let set = CandidateSet()
    private var places: [Int64: Int] = [:]

    /// Scores of the whole catalogue that are kept at once, in numbers: 8 MB, or 64 events of 31,250 items.
    private static let memory = 2_000_000

    /// How many events are scored together, by the number of the model's items.
    static func limit(itemCount: Int) -> Int { max(1, memory / max(1, itemCount)) }

    /// Has a model score the events, each with what its user did before.
    mutating func score(_ events: some Sequence<StreamEvent>, by scorer: (any Scorer)?, with ranker: CandidateRanker) {
        places.removeAll(keepingCapacity: true)
        var contexts: [ScoringContext] = []
        for event in events {
            places[event.event.offset] = contexts.count
            contexts.append(Self.context(of: event))
        }
        ranker.score(contexts, with: scorer, into: set)
    }

    /// The candidates of an event, collected and with an order's scores; valid until the next event's.
    func ranked(
        _ event: StreamEvent,
        by ranker: CandidateRanker,
        from streaming: StreamingModels,
        reading: ContentReading?,
        orderedBy order: any Ranker
    ) -> CandidateSet {
        guard let place = places[event.event.offset] else { preconditionFailure("an event that was not scored") }
        ranker.turn(to: place, in: set)
        ranker.collect(
            Self.context(of: event),
            from: streaming,
            at: event.event.time.seconds,
            reading: reading,
            into: set
        )
        order.rank(set)
        return set
    }

    private static func context(of event: StreamEvent) -> ScoringContext {
        ScoringContext(user: event.event.user, history: event.history, session: event.event.session)
    }
}
