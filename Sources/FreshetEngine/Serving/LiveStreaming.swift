import Foundation
import FreshetCore
import FreshetData
import FreshetModels
import FreshetRecommendation

/// The streaming models behind a lock: they have learned every acknowledged event.
///
/// The log's observer learns in them and requests read them; both hold the lock for microseconds.
///
/// `@unchecked Sendable`: the models are read and written with `lock` held.
final class LiveStreaming: StreamingEvidence, @unchecked Sendable {
    private let lock = NSLock()
    private var models: StreamingModels
    private var clock = StreamClock()

    init(_ models: StreamingModels) { self.models = models }

    /// Learns an event.
    func learn(_ event: LoggedEvent, after history: History) {
        lock.withLock {
            models.learn(event, after: history)
            clock.note(event)
        }
    }

    /// Takes note of the time of events that the models know already.
    func noteTimes(of events: [LoggedEvent]) {
        lock.withLock { for event in events { clock.note(event) } }
    }

    /// What time it is in the stream, in seconds since 1970.
    func time(at now: Int64) -> Int64 { lock.withLock { clock.time(at: now) } }

    /// The newest event learned.
    var offset: Int64 { lock.withLock { models.offset } }

    /// How many events of each item counted so far, by number.
    func itemCounts(at now: Int64) -> [Float] {
        withModels { models in
            (0..<models.popularity.itemCount).map { item in
                Float(models.popularity.count(of: ItemIndex(item), halfLife: PopularityHalfLife.ever.rawValue, at: now))
            }
        }
    }

    func withModels<Result>(_ body: (StreamingModels) throws -> Result) rethrows -> Result {
        try lock.withLock { try body(models) }
    }
}
