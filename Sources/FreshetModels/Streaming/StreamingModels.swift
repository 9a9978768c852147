import FreshetCore
import FreshetData

/// The models that know every event the moment it happened: decayed popularity, decayed co-visitation, items' ages.
///
/// A value: the engine keeps one behind a lock for requests and the learning loop one of its own at its own offset.
/// Both are the same function of the log, so either can be made anew by replaying it; a ``checkpoint()`` only makes the
/// start quicker. Learning an event costs about a microsecond, whatever the size of the catalogue.
public struct StreamingModels: Sendable {
    /// The settings.
    public struct Configuration: Codable, Sendable, Equatable {
        /// The half-lives of popularity in days; 0 is none (every event counts alike).
        public var popularityHalfLivesDays = [0.125, 1, 7, 30, 0]
        /// The half-lives in days of popularity among users of like experience; 0 is none.
        public var peerHalfLivesDays = [1.0, 14]
        /// How many of the most popular items are at hand for each half-life.
        public var popularityTopCount = 500
        /// The settings of co-visitation.
        public var coVisitation = StreamingCoVisitation.Configuration()
        /// The settings of what is liked and disliked.
        public var opinions = StreamingOpinions.Configuration()

        /// The defaults.
        public init() {}

        /// Checks ranges.
        /// - Throws: ``FreshetError`` of kind `usage`.
        public func validate() throws {
            try SettingRange.check(
                "popularityHalfLivesDays.count",
                popularityHalfLivesDays.count,
                in: CandidateFeature.popularityCount...CandidateFeature.popularityCount
            )
            try SettingRange.check(
                "peerHalfLivesDays.count",
                peerHalfLivesDays.count,
                in: CandidateFeature.peerPopularityCount...CandidateFeature.peerPopularityCount
            )
            for days in peerHalfLivesDays { try SettingRange.check("peerHalfLivesDays", days, in: 0...1e6) }
            for days in popularityHalfLivesDays { try SettingRange.check("popularityHalfLivesDays", days, in: 0...1e6) }
            try SettingRange.check("popularityTopCount", popularityTopCount, in: 1...100_000)
            try SettingRange.check(part: "coVisitation", coVisitation.validate)
            try SettingRange.check(part: "opinions", opinions.validate)
        }

        var halfLives: [Double] { Self.seconds(popularityHalfLivesDays) }
        var peerHalfLives: [Double] { Self.seconds(peerHalfLivesDays) }

        private static func seconds(_ days: [Double]) -> [Double] { days.map { $0 == 0 ? .infinity : $0 * 86_400 } }
    }

    /// When an item was dealt with.
    struct Span: Sendable, Equatable {
        var first: Int64
        var last: Int64
    }

    /// The settings it was created with.
    public let configuration: Configuration
    /// How often items were chosen of late.
    public internal(set) var popularity: StreamingPopularity
    /// The same for the users of each ``PeerGroup``.
    var peerPopularity: [StreamingPopularity]
    /// What follows what.
    public internal(set) var coVisitation: StreamingCoVisitation
    /// What is liked and what is disliked.
    public internal(set) var opinions: StreamingOpinions
    /// The offset of the newest event learned; 0 before the first.
    public internal(set) var offset: Int64 = 0

    var spans: [Span] = []

    /// Creates models of nothing.
    public init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
        popularity = StreamingPopularity(
            halfLives: configuration.halfLives,
            topCount: configuration.popularityTopCount
        )
        peerPopularity = PeerGroup.allCases.map { _ in
            StreamingPopularity(halfLives: configuration.peerHalfLives, topCount: configuration.popularityTopCount)
        }
        coVisitation = StreamingCoVisitation(configuration: configuration.coVisitation)
        opinions = StreamingOpinions(configuration: configuration.opinions)
    }

    /// How many items there are, counting up to the one with the highest number.
    public var itemCount: Int { spans.count }

    /// Learns an event; only those that like their item count for it.
    ///
    /// - Parameters:
    ///   - event: the event. A time after its arrival, from a clock that runs ahead, counts as the arrival.
    ///   - history: the user's events before it; the newest ten are enough.
    public mutating func learn(_ event: LoggedEvent, after history: History) {
        let time = event.received > 0 ? min(event.time.seconds, event.received / 1000 + 1) : event.time.seconds
        if event.weight > 0 {
            let peers = PeerGroup(historyLength: history.likingCount).rawValue
            popularity.learn(event.item, at: time, weight: event.weight)
            peerPopularity[peers].learn(event.item, at: time, weight: event.weight)
            coVisitation.learn(event.item, after: history, at: time)
        } else {
            popularity.grow(to: event.item.position + 1)
            coVisitation.grow(to: event.item.position + 1)
        }
        opinions.learn(event, after: history)
        let position = event.item.position
        spans.grow(to: position + 1, with: Span(first: .max, last: .min))
        spans[position].first = min(spans[position].first, time)
        spans[position].last = max(spans[position].last, time)
        offset = max(offset, event.offset)
    }

    /// Learns an event.
    public mutating func learn(_ event: StreamEvent) { learn(event.event, after: event.history) }

    /// The times of an item's first and last event in seconds since 1970, or `nil` when it has none.
    public func lifetime(of item: ItemIndex) -> ClosedRange<Int64>? {
        guard item.position < spans.count, spans[item.position].first != .max else { return nil }
        return spans[item.position].first...spans[item.position].last
    }
}
