/// What became of events that were sent: the body of the answer to `POST /v1/events`.
public struct AcceptedEvents: Sendable, Equatable, Codable {
    /// How many are in the log now, those that it had before included.
    public var accepted: Int
    /// How many of those accepted the log had before: sent again with the same `id`.
    public var duplicates: Int
    /// Those that are not in the log, in the order sent.
    public var rejected: [Rejection]
    /// The places of those accepted whose `recommendation_id` this engine never gave out, in the order sent: they are
    /// events as any other, and feedback on nothing.
    public var unknownRecommendations: [Int]
    /// An offset of the log by which all of them are known: for who asks another server next.
    public var offset: Int64

    /// An event that was not accepted.
    public struct Rejection: Sendable, Equatable, Codable {
        /// Its place among those sent, from 0.
        public var index: Int
        /// What is wrong with it.
        public var error: String

        /// Creates a rejection.
        public init(index: Int, error: String) {
            self.index = index
            self.error = error
        }
    }

    /// Creates an answer.
    public init(
        accepted: Int,
        duplicates: Int = 0,
        rejected: [Rejection] = [],
        unknownRecommendations: [Int] = [],
        offset: Int64 = 0
    ) {
        self.accepted = accepted
        self.duplicates = duplicates
        self.rejected = rejected
        self.unknownRecommendations = unknownRecommendations
        self.offset = offset
    }
}
