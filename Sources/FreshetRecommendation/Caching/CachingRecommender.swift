import FreshetCore
import FreshetModels
import Synchronization

/// A ``Recommender`` that remembers its answers: hot lists and those of the most active users cost a look-up.
///
/// An answer is given again only while all that it depends on is the same: the user's events, the model, the catalogue,
/// the rules and the shape of the question. What other users do in the meantime (popularity, what goes together) and the passing
/// of time may show up to ``Configuration/lifetime`` seconds late. A place that was drawn at random keeps what was drawn
/// for as long.
public final class CachingRecommender: Sendable {
    /// The settings.
    public struct Configuration: Sendable, Equatable, Codable {
        /// How many answers are kept; 0 remembers nothing.
        public var capacity: Int
        /// For how many seconds an answer may be given again.
        public var lifetime: Int64

        /// Creates the defaults: ten thousand answers, five seconds.
        public init(capacity: Int = 10_000, lifetime: Int64 = 5) {
            self.capacity = capacity
            self.lifetime = lifetime
        }

        /// Checks ranges.
        /// - Throws: ``FreshetCore/FreshetError`` of kind `usage`.
        public func validate() throws {
            try SettingRange.check("The cache's capacity", capacity, in: 0...10_000_000)
            try SettingRange.check("The cache's lifetime", lifetime, in: 0...86_400)
        }
    }

    /// What an answer was made from.
    private struct Stamp: Equatable {
        let version: ModelVersion?
        let offset: Int64
        let model: ObjectIdentifier?
        let catalog: UInt64
        let content: UInt64
        let rules: UInt64

        init(_ snapshot: ModelSnapshot?, _ recommender: Recommender) {
            version = snapshot?.version
            offset = snapshot?.offset ?? 0
            model = snapshot.map { ObjectIdentifier($0) }
            catalog = recommender.catalog.current().revision
            content = (snapshot?.reading?.view ?? recommender.content)?.revision ?? 0
            rules = recommender.rules.revision
        }
    }

    private struct Answer {
        let list: RankedList
        let stamp: Stamp
        let time: Int64
        let query: Query?
    }

    private struct State {
        var cache: BoundedCache<CacheKey, Answer>
        var hits = 0
        var misses = 0
    }

    /// What answers when nothing is remembered.
    public let recommender: Recommender
    private let configuration: Configuration
    private let state: Mutex<State>

    /// Wraps a pipeline.
    public init(_ recommender: Recommender, configuration: Configuration = Configuration()) {
        self.recommender = recommender
        self.configuration = configuration
        state = Mutex(State(cache: BoundedCache(capacity: max(configuration.capacity, 1))))
    }

    /// How many questions were answered from memory, and how many were not.
    public var counts: (hits: Int, misses: Int) { state.withLock { ($0.hits, $0.misses) } }

    /// As ``Recommender/recommend(_:snapshot:streaming:)``.
    public func recommend(
        _ query: Query,
        snapshot: ModelSnapshot,
        streaming: any StreamingEvidence
    ) -> RankedList {
        remembered(.recommendation(QueryShape(of: query)), snapshot, at: query.time, query) {
            recommender.recommend(query, snapshot: snapshot, streaming: streaming)
        }
    }

    /// As ``Recommender/similar(to:for:snapshot:streaming:)``.
    public func similar(
        to item: ItemIndex,
        for query: Query,
        snapshot: ModelSnapshot,
        streaming: any StreamingEvidence
    ) -> RankedList {
        remembered(.similar(item, QueryShape(of: query)), snapshot, at: query.time, nil) {
            recommender.similar(to: item, for: query, snapshot: snapshot, streaming: streaming)
        }
    }

    /// As ``Recommender/popular(for:streaming:)``.
    public func popular(for query: Query, streaming: any StreamingEvidence) -> [RankedItem] {
        remembered(.popular(QueryShape(of: query)), nil, at: query.time, nil) {
            RankedList(version: ModelVersion(0), items: recommender.popular(for: query, streaming: streaming))
        }.items
    }

    /// As ``Recommender/trending(for:streaming:)``.
    public func trending(for query: Query, streaming: any StreamingEvidence) -> [RankedItem] {
        remembered(.trending(QueryShape(of: query)), nil, at: query.time, nil) {
            RankedList(version: ModelVersion(0), items: recommender.trending(for: query, streaming: streaming))
        }.items
    }

    /// The questions that were asked last, the latest first: what to ``preload(_:snapshot:streaming:)`` after a swap,
    /// with the histories and times of then.
    ///
    /// Those that a fixed version answers are not among them.
    public func latestQueries(limit: Int) -> [Query] {
        state.withLock { state in
            var queries: [Query] = []
            state.cache.forEach { _, answer in
                if let query = answer.query, !query.isPinned { queries.append(query) }
                return queries.count < limit
            }
            return queries
        }
    }

    /// Answers questions before they are asked.
    ///
    /// - Parameters:
    ///   - queries: the questions, such as those of the most active users.
    ///   - snapshot: the model that is about to serve.
    ///   - streaming: what is counted from the stream.
    public func preload(_ queries: [Query], snapshot: ModelSnapshot, streaming: any StreamingEvidence) {
        // The most important comes first and is stored last, so that it is the last to make room.
        for query in queries.prefix(configuration.capacity).reversed() {
            _ = recommend(query, snapshot: snapshot, streaming: streaming)
        }
    }

    /// Forgets every answer.
    public func removeAll() { state.withLock { $0.cache.removeAll() } }

    private func remembered(
        _ key: CacheKey,
        _ snapshot: ModelSnapshot?,
        at time: Int64,
        _ query: Query?,
        _ compute: () -> RankedList
    ) -> RankedList {
        guard configuration.capacity > 0, configuration.lifetime > 0 else { return compute() }
        // Taken before the answer is computed: a change in between makes it outdated at once, never the reverse.
        let stamp = Stamp(snapshot, recommender)
        let known: RankedList? = state.withLock { state in
            guard let answer = state.cache.value(for: key), answer.stamp == stamp,
                (0..<configuration.lifetime).contains(time - answer.time)
            else {
                state.misses += 1
                return nil
            }
            state.hits += 1
            return answer.list
        }
        if let known { return known }
        let list = compute()
        state.withLock { $0.cache.set(Answer(list: list, stamp: stamp, time: time, query: query), for: key) }
        return list
    }
}
