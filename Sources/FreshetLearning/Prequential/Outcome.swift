import FreshetCore
import FreshetData

/// What became of one event's predictions: the rank that each contender had given its item beforehand.
public struct Outcome: Sendable, Equatable, Codable {
    /// One contender's answer.
    public struct Prediction: Sendable, Equatable, Codable {
        /// Who predicted.
        public var contender: Contender
        /// The place of the event's item, counted from 1; `nil` when it was not among the places that count.
        public var rank: Int?

        /// Creates a prediction.
        public init(_ contender: Contender, rank: Int?) {
            self.contender = contender
            self.rank = rank
        }

        /// The reciprocal of the rank, 0 for a miss.
        public var reciprocalRank: Double { rank.map { 1 / Double($0) } ?? 0 }
    }

    /// The event's place in the log.
    public var offset: Int64
    /// When the event happened, in seconds since 1970.
    public var time: Int64
    /// Whether it was the user's first event.
    public var isNewUser: Bool
    /// Whether it was the first event about its item.
    public var isNewItem: Bool
    /// Seconds since the first event about its item; `nil` when it was that, or when nobody knows.
    public var itemAge: Int64?
    /// The answers of those that were asked.
    public var predictions: [Prediction]

    /// Creates an outcome.
    public init(
        offset: Int64,
        time: Int64,
        isNewUser: Bool = false,
        isNewItem: Bool = false,
        itemAge: Int64? = nil,
        predictions: [Prediction]
    ) {
        self.offset = offset
        self.time = time
        self.isNewUser = isNewUser
        self.isNewItem = isNewItem
        self.itemAge = itemAge
        self.predictions = predictions
    }

    /// Creates the outcome of an event.
    public init(of event: StreamEvent, itemAge: Int64? = nil, predictions: [Prediction]) {
        self.init(
            offset: event.event.offset,
            time: event.event.time.seconds,
            isNewUser: event.isNewUser,
            isNewItem: event.isNewItem,
            itemAge: itemAge,
            predictions: predictions
        )
    }

    /// A contender's answer, or `nil` when it was not asked.
    public subscript(contender: Contender) -> Prediction? { predictions.first { $0.contender == contender } }

    /// The reciprocal rank that a contender reached, 0 for a miss; `nil` when it was not asked.
    public func reciprocalRank(of contender: Contender) -> Double? {
        self[contender]?.reciprocalRank
    }

    /// By how much one contender's reciprocal rank is above another's, in [-1, 1]; `nil` unless both were asked.
    public func difference(of contender: Contender, to other: Contender) -> Double? {
        guard let left = reciprocalRank(of: contender), let right = reciprocalRank(of: other) else { return nil }
        return left - right
    }
}
