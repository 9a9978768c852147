import FreshetCore

/// How a text is made with a causal model.
public struct GenerationSettings: Sendable, Equatable, Codable {
    /// How many tokens at most.
    public var maximumTokens = 64
    /// What logits are divided by before one is drawn; 0 for always the likeliest.
    public var temperature: Float = 0
    /// Of how many of the likeliest tokens one is drawn; 0 for all.
    public var topK = 40
    /// The seed of what is drawn.
    public var seed: UInt64 = 1
    /// Where it ends, such as the end of a line; what is in front of the first of them is the text.
    public var stops: [String] = []

    /// Creates the defaults.
    public init() {}

    /// Checks ranges.
    /// - Throws: `FreshetError` of kind `usage` that names the setting.
    public func validate() throws {
        try SettingRange.check("maximumTokens", maximumTokens, in: 1...1_000_000)
        try SettingRange.check("temperature", temperature, in: 0...100)
        try SettingRange.check("topK", topK, in: 0...10_000_000)
    }
}
