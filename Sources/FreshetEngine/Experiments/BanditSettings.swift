import FreshetCore

/// How a bandit shares out its users.
public struct BanditSettings: Sendable, Equatable, Codable {
    /// The least share of a variant.
    public var floor = 0.05
    /// For how many hours the shares stand still, and with them every user's variant.
    public var windowHours = 24.0
    /// How many newest windows count.
    public var windows = 14

    /// Creates the defaults.
    public init() {}

    enum CodingKeys: String, CodingKey, CaseIterable {
        case floor, windows
        case windowHours = "window_hours"
    }

    /// The names of the settings, as they are written.
    public static var names: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// Reads settings; what is missing has its default.
    public init(from decoder: any Decoder) throws {
        self.init()
        let container = try decoder.container(keyedBy: CodingKeys.self)
        floor = try container.decodeIfPresent(Double.self, forKey: .floor) ?? floor
        windowHours = try container.decodeIfPresent(Double.self, forKey: .windowHours) ?? windowHours
        windows = try container.decodeIfPresent(Int.self, forKey: .windows) ?? windows
    }

    /// Checks ranges, for a number of variants.
    /// - Throws: ``FreshetCore/FreshetError`` of kind `usage`.
    func validate(variants: Int) throws {
        try SettingRange.check("bandit.floor", floor, in: 0...1 / Double(variants))
        try SettingRange.check("bandit.window_hours", windowHours, in: 0.001...720)
        try SettingRange.check("bandit.windows", windows, in: 1...1_000)
    }
}
