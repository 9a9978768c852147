import FreshetCore
import FreshetData
import FreshetNN

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
        /// How many of the most popular items are at hand for each half-life.
        public var popularityTopCount = 500
        /// The settings of co-visitation.
        public var coVisitation = StreamingCoVisitation.Configuration()

        /// The defaults.
        public init() {}

        /// Checks ranges.
        /// - Throws: ``FreshetError`` of kind `usage`.
        public func validate() throws {
            try Setting.check(
                "number of popularityHalfLivesDays",
                popularityHalfLivesDays.count,
                in: CandidateFeature.popularityCount...CandidateFeature.popularityCount
            )
            for days in popularityHalfLivesDays { try Setting.check("popularityHalfLivesDays", days, in: 0...1e6) }
            try Setting.check("popularityTopCount", popularityTopCount, in: 1...100_000)
            try coVisitation.validate()
        }

        var halfLives: [Double] { popularityHalfLivesDays.map { $0 == 0 ? .infinity : $0 * 86_400 } }
    }

    /// When an item was dealt with.
    struct Span: Sendable, Equatable {
        var first: Int64
        var last: Int64
    }

    /// The settings it was created with.
    public let configuration: Configuration
    /// How often items were chosen of late.
    public private(set) var popularity: StreamingPopularity
    /// What follows what.
    public private(set) var coVisitation: StreamingCoVisitation
    /// The offset of the newest event learned; 0 before the first.
    public private(set) var offset: Int64 = 0

    private(set) var spans: [Span] = []

    /// Creates models of nothing.
    public init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
        popularity = StreamingPopularity(
            halfLives: configuration.halfLives,
            topCount: configuration.popularityTopCount
        )
        coVisitation = StreamingCoVisitation(configuration: configuration.coVisitation)
    }

    /// How many items there are, counting up to the one with the highest number.
    public var itemCount: Int { spans.count }

    /// Learns an event.
    ///
    /// - Parameters:
    ///   - event: the event. A time after its arrival, from a clock that runs ahead, counts as the arrival.
    ///   - history: the user's events before it; the newest ten are enough.
    public mutating func learn(_ event: LoggedEvent, after history: History) {
        let time = event.received > 0 ? min(event.time, event.received / 1000 + 1) : event.time
        popularity.learn(event.item, at: time)
        coVisitation.learn(event.item, after: history, at: time)
        let position = event.item.position
        if position >= spans.count {
            spans.append(contentsOf: repeatElement(Span(first: .max, last: .min), count: position + 1 - spans.count))
        }
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

extension StreamingModels {
    private static let layout = "freshet-streaming-1"

    /// The state as named arrays.
    public func checkpoint() -> Checkpoint {
        var arrays = popularity.arrays().merging(coVisitation.arrays()) { first, _ in first }
        arrays["items.first"] = StoredArray(spans.map(\.first))
        arrays["items.last"] = StoredArray(spans.map(\.last))
        arrays["offset"] = StoredArray([offset])
        return Checkpoint(arrays: arrays, metadata: ["layout": Self.layout])
    }

    /// Restores the state of a checkpoint.
    ///
    /// - Parameters:
    ///   - checkpoint: what ``checkpoint()`` gave.
    ///   - configuration: the settings it was made with.
    /// - Throws: ``FreshetError`` of kind `invalidData` when it is no such state or one of other settings.
    public init(from checkpoint: Checkpoint, configuration: Configuration = Configuration()) throws {
        guard checkpoint.metadata["layout"] == Self.layout else {
            throw FreshetError(.invalidData, "The checkpoint does not hold streaming models.")
        }
        self.configuration = configuration
        popularity = try StreamingPopularity(
            from: checkpoint,
            halfLives: configuration.halfLives,
            topCount: configuration.popularityTopCount
        )
        coVisitation = try StreamingCoVisitation(from: checkpoint, configuration: configuration.coVisitation)
        let V = popularity.itemCount
        let first = try checkpoint.numbers("items.first", of: Int64.self, shape: [V])
        let last = try checkpoint.numbers("items.last", of: Int64.self, shape: [V])
        guard coVisitation.itemCount == V, zip(first, last).allSatisfy({ $0 <= $1 || ($0, $1) == (.max, .min) }) else {
            throw FreshetError(.invalidData, "The checkpoint's streaming models do not know the same items.")
        }
        spans = zip(first, last).map(Span.init)
        guard let offset = try checkpoint.numbers("offset", of: Int64.self, shape: [1]).first, offset >= 0 else {
            throw FreshetError(.invalidData, "The checkpoint's offset is below 0.")
        }
        self.offset = offset
    }
}
