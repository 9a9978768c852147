import FreshetCore

/// Settings that stand in the place of some of a scenario's; the others stay as the scenario has them.
public struct PolicyChange: Sendable, Equatable, Codable {
    /// In the place of ``PolicyConfiguration/repeats``.
    public var repeats: RepeatPolicy?
    /// In the place of ``PolicyConfiguration/maximumPerCategory``.
    public var maximumPerCategory: Int?
    /// In the place of ``PolicyConfiguration/dislikes``.
    public var dislikes: Double?
    /// In the place of ``PolicyConfiguration/diversity``.
    public var diversity: Double?
    /// In the place of ``PolicyConfiguration/calibration``.
    public var calibration: Double?
    /// In the place of ``PolicyConfiguration/longTail``.
    public var longTail: Double?
    /// In the place of ``PolicyConfiguration/newItemShare``.
    public var newItemShare: Double?
    /// In the place of ``PolicyConfiguration/exploration``.
    public var exploration: Double?
    /// In the place of ``PolicyConfiguration/explorationDepth``.
    public var explorationDepth: Int?
    /// In the place of ``PolicyConfiguration/filter``.
    public var filter: FilterExpression?
    /// In the place of ``PolicyConfiguration/candidateCount``.
    public var candidateCount: Int?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case repeats, dislikes, diversity, calibration, exploration, filter
        case maximumPerCategory = "maximum_per_category"
        case longTail = "long_tail"
        case newItemShare = "new_item_share"
        case explorationDepth = "exploration_depth"
        case candidateCount = "candidate_count"
    }

    /// Creates a change of nothing.
    public init() {}

    /// The names of the settings, as they are written.
    public static var names: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// A scenario's settings with these in their place.
    public func applied(to settings: PolicyConfiguration) -> PolicyConfiguration {
        var settings = settings
        settings.repeats = repeats ?? settings.repeats
        settings.maximumPerCategory = maximumPerCategory ?? settings.maximumPerCategory
        settings.dislikes = dislikes ?? settings.dislikes
        settings.diversity = diversity ?? settings.diversity
        settings.calibration = calibration ?? settings.calibration
        settings.longTail = longTail ?? settings.longTail
        settings.newItemShare = newItemShare ?? settings.newItemShare
        settings.exploration = exploration ?? settings.exploration
        settings.explorationDepth = explorationDepth ?? settings.explorationDepth
        settings.filter = filter ?? settings.filter
        settings.candidateCount = candidateCount ?? settings.candidateCount
        return settings
    }

    /// Checks ranges.
    /// - Throws: ``FreshetCore/FreshetError`` of kind `usage`: nothing is changed, or a value is out of range.
    public func validate() throws {
        guard self != PolicyChange() else {
            throw FreshetError(
                .usage,
                "The change of settings changes nothing.",
                remedy: "Name one of \(Self.names.joined(separator: ", "))."
            )
        }
        try applied(to: PolicyConfiguration()).validate()
    }
}
