import FreshetCore
import FreshetData
import FreshetRecommendation

/// Answers after a swap what was asked last, before it is asked again.
struct Preload: Sendable {
    /// How many questions: a fraction of a second's work on the learner's thread.
    private static let questions = 64

    let recommender: CachingRecommender
    let sessions: SessionStore
    let streaming: LiveStreaming
    let clock: EngineClock

    /// Answers by a model that serves since now.
    func run(with snapshot: ModelSnapshot) {
        var queries = recommender.latestQueries(limit: Self.questions)
        for index in queries.indices {
            queries[index].time = streaming.time(at: clock.seconds)
            // With the events of meanwhile; a user who would have to be read is not worth waiting for.
            guard let user = queries[index].user, let history = sessions.historyInMemory(of: user) else { continue }
            queries[index].history = history
        }
        recommender.preload(queries, snapshot: snapshot, streaming: streaming)
    }
}
