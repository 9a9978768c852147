import FreshetCore

/// What happens to a ranked list before it is shown; one a scenario.
public struct PolicyConfiguration: Sendable, Equatable, Codable {
    /// Whether items that the user has dealt with may come back.
    public var repeats: RepeatPolicy
    /// How many items of one category a list holds at most; `nil` is no limit.
    ///
    /// Where too few other items are left to fill the list, it is filled with the best of those held back.
    public var maximumPerCategory: Int?
    /// What a candidate loses for resembling what the user dislikes, as far as it does more than what they like; 0 is
    /// nothing.
    public var dislikes: Double
    /// From 0, best first, to 1: the share of unlikeness to what stands above in the choice of each place.
    public var diversity: Double
    /// From 0, best first, to 1: how much the nearness of the list's mix of categories to the user's own counts.
    public var calibration: Double
    /// From 0 to 1: how much of the score's spread an item can lose for being popular.
    public var longTail: Double
    /// The share of places given at random to new items that resemble what the user likes.
    public var newItemShare: Double
    /// The share of places that go to any of the next best candidates; 0 for none.
    public var exploration: Double
    /// Among how many of the next best candidates such a place is drawn.
    public var explorationDepth: Int
    /// What must hold of every item that is shown, beside what the request asks for.
    public var filter: FilterExpression?
    /// How many of the best candidates by score the policies see at least.
    public var candidateCount: Int

    enum CodingKeys: String, CodingKey {
        case repeats, dislikes, diversity, calibration, exploration, filter
        case maximumPerCategory = "maximum_per_category"
        case longTail = "long_tail"
        case newItemShare = "new_item_share"
        case explorationDepth = "exploration_depth"
        case candidateCount = "candidate_count"
    }

    /// Creates the defaults: repeats but for opinions, no caps, best first, one place in fifty for new items.
    public init() {
        repeats = RepeatPolicy()
        maximumPerCategory = nil
        dislikes = 2
        diversity = 0
        calibration = 0
        longTail = 0
        newItemShare = 0.02
        exploration = 0
        explorationDepth = 20
        filter = nil
        candidateCount = 200
    }

    /// Reads a configuration; what is missing has its default.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        repeats = try container.decodeIfPresent(RepeatPolicy.self, forKey: .repeats) ?? repeats
        maximumPerCategory = try container.decodeIfPresent(Int.self, forKey: .maximumPerCategory)
        dislikes = try container.decodeIfPresent(Double.self, forKey: .dislikes) ?? dislikes
        diversity = try container.decodeIfPresent(Double.self, forKey: .diversity) ?? diversity
        calibration = try container.decodeIfPresent(Double.self, forKey: .calibration) ?? calibration
        longTail = try container.decodeIfPresent(Double.self, forKey: .longTail) ?? longTail
        newItemShare = try container.decodeIfPresent(Double.self, forKey: .newItemShare) ?? newItemShare
        exploration = try container.decodeIfPresent(Double.self, forKey: .exploration) ?? exploration
        explorationDepth = try container.decodeIfPresent(Int.self, forKey: .explorationDepth) ?? explorationDepth
        filter = try container.decodeIfPresent(FilterExpression.self, forKey: .filter)
        candidateCount = try container.decodeIfPresent(Int.self, forKey: .candidateCount) ?? candidateCount
    }

    /// Checks ranges.
    /// - Throws: ``FreshetCore/FreshetError`` of kind `usage` that names the setting, its value and its range.
    public func validate() throws {
        for (name, share) in [
            ("diversity", diversity), ("calibration", calibration), ("long_tail", longTail),
            ("new_item_share", newItemShare), ("exploration", exploration),
        ] {
            try SettingRange.check(name, share, in: 0...1)
        }
        try SettingRange.check("dislikes", dislikes, in: 0...100)
        if let maximumPerCategory {
            try SettingRange.check("maximum_per_category", maximumPerCategory, in: 1...Int.max)
        }
        try SettingRange.check("exploration_depth", explorationDepth, in: 2...1000)
        try SettingRange.check("candidate_count", candidateCount, in: 10...10_000)
        for (name, rule) in repeats.rules.map({ ("rules.\($0.rawValue)", $1) }) + [("otherwise", repeats.otherwise)] {
            if case .afterDays(let days) = rule { try SettingRange.check("repeats.\(name)", days, in: 0...1e6) }
        }
    }
}
