/// What events of one type say of their items: a liking, a dislike, nothing, or that an earlier liking is taken back.
///
/// Where a value says more than the type, as a rating does, a scale decides:
///
/// | value | says |
/// | --- | --- |
/// | none, or the one that stands for none | what the type says |
/// | below `takesBackBelow` | that an earlier liking is taken back, such as goods sent back |
/// | up to `dislikeUpTo` | a dislike |
/// | from `likingFrom` on | a liking |
/// | between | nothing |
public struct EventMeaning: Sendable, Equatable {
    /// What an event says.
    public enum Sense: String, Sendable, Codable, CaseIterable {
        /// The user likes the item.
        case positive
        /// The user does not want the item.
        case negative
        /// Nothing: the item was shown or searched for.
        case neutral
        /// What was said for the item before holds no more.
        case takesBack = "takes_back"
    }

    /// What an event without a value that says more means.
    public var sense: Sense
    /// How much it counts, above 0; of other events' weights a multiple.
    public var weight: Float
    /// The value from which on an event is a liking.
    public var likingFrom: Float?
    /// The value up to which an event is a dislike.
    public var dislikeUpTo: Float?
    /// The value below which an event takes an earlier liking back.
    public var takesBackBelow: Float?
    /// The value that stands for none.
    public var none: Float?

    /// Creates a meaning; without a scale values say nothing.
    public init(
        _ sense: Sense = .positive,
        weight: Float = 1,
        likingFrom: Float? = nil,
        dislikeUpTo: Float? = nil,
        takesBackBelow: Float? = nil,
        none: Float? = nil
    ) {
        self.sense = sense
        self.weight = weight
        self.likingFrom = likingFrom
        self.dislikeUpTo = dislikeUpTo
        self.takesBackBelow = takesBackBelow
        self.none = none
    }

    /// What one event says, as ``LoggedEvent/weight`` has it.
    ///
    /// - Parameter value: the event's value; `.nan` where it has none.
    /// - Returns: above 0 for a liking, below 0 for a dislike, 0 for nothing, `.nan` for a liking that is taken back.
    public func weight(of value: Float) -> Float {
        switch sense(of: value) {
        case .positive: weight
        case .negative: -weight
        case .neutral: 0
        case .takesBack: .nan
        }
    }

    private func sense(of value: Float) -> Sense {
        if value.isNaN || value == none { return sense }
        if let takesBackBelow, value < takesBackBelow { return .takesBack }
        if let dislikeUpTo, value <= dislikeUpTo { return .negative }
        guard let likingFrom else { return dislikeUpTo == nil ? sense : .positive }
        return value >= likingFrom ? .positive : .neutral
    }

    /// Whether every event of the type, whatever its value, is a liking of weight 1.
    var isPlain: Bool {
        sense == .positive && weight == 1 && likingFrom == nil && dislikeUpTo == nil && takesBackBelow == nil
    }

    /// What is wrong with it, or `nil`.
    var problem: String? {
        guard weight > 0, weight <= 1000 else { return "has the weight \(weight): choose one above 0, up to 1000" }
        guard [likingFrom, dislikeUpTo, takesBackBelow, none].allSatisfy({ $0?.isFinite ?? true }) else {
            return "has a value that is not a number"
        }
        if let likingFrom, let dislikeUpTo, likingFrom <= dislikeUpTo {
            return "is liked from \(likingFrom) on and disliked up to \(dislikeUpTo): the first must be the higher"
        }
        return nil
    }
}

extension EventMeaning: Codable {
    enum CodingKeys: String, CodingKey {
        case sense = "meaning"
        case weight
        case likingFrom = "liking_from"
        case dislikeUpTo = "dislike_up_to"
        case takesBackBelow = "takes_back_below"
        case none
    }

    /// Reads `{"meaning": "positive", "weight": 1, "liking_from": 4, "dislike_up_to": 2}`; all of it may be missing.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try container.decodeIfPresent(Sense.self, forKey: .sense) ?? .positive,
            weight: try container.decodeIfPresent(Float.self, forKey: .weight) ?? 1,
            likingFrom: try container.decodeIfPresent(Float.self, forKey: .likingFrom),
            dislikeUpTo: try container.decodeIfPresent(Float.self, forKey: .dislikeUpTo),
            takesBackBelow: try container.decodeIfPresent(Float.self, forKey: .takesBackBelow),
            none: try container.decodeIfPresent(Float.self, forKey: .none)
        )
    }
}
