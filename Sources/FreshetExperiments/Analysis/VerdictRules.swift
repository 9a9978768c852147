import FreshetCore

/// When an experiment has a verdict.
public struct VerdictRules: Sendable, Equatable {
    /// The chance of a false verdict, over all looks.
    public var alpha = 0.05
    /// At how many events the intervals are tightest, relative to a single look; they hold at any number.
    public var optimum = 5_000.0
    /// For how many days it runs at least: people differ by the day of the week.
    public var minimumDays = 3.0
    /// How many units each variant has at least.
    public var minimumUnits = 100
    /// The smallest relative effect of interest: a verdict of "no difference" says that it is smaller; 0 for none.
    public var leastEffect = 0.0
    /// By how much, relatively, a guardrail may get worse.
    public var guardrailMargin = 0.02
    /// The chance that the shares of units are taken to be off when they are not.
    public var ratioAlpha = 0.001

    /// The defaults.
    public init() {}

    /// The boundary of the intervals.
    public var boundary: NormalMixture { NormalMixture(optimum: optimum, alpha: alpha) }

    /// Checks ranges.
    /// - Throws: ``FreshetError`` of kind `usage`.
    public func validate() throws {
        func check(_ name: String, _ value: Double, _ range: ClosedRange<Double>) throws {
            guard range.contains(value) else {
                throw FreshetError(
                    .usage,
                    "'\(name)' is \(value), but must be in \(range.lowerBound)...\(range.upperBound)."
                )
            }
        }
        try check("alpha", alpha, 1e-9...0.5)
        try check("optimum", optimum, 1...1e12)
        try check("minimum_days", minimumDays, 0...3650)
        try check("minimum_units", Double(minimumUnits), 2...1e12)
        try check("least_effect", leastEffect, 0...10)
        try check("guardrail_margin", guardrailMargin, 0...10)
        try check("ratio_alpha", ratioAlpha, 1e-12...0.5)
    }
}

extension VerdictRules: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case alpha, optimum
        case minimumDays = "minimum_days"
        case minimumUnits = "minimum_units"
        case leastEffect = "least_effect"
        case guardrailMargin = "guardrail_margin"
        case ratioAlpha = "ratio_alpha"
    }

    /// The names of the rules, as they are written.
    public static var names: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// Reads rules; what is missing has its default.
    public init(from decoder: any Decoder) throws {
        self.init()
        let container = try decoder.container(keyedBy: CodingKeys.self)
        alpha = try container.decodeIfPresent(Double.self, forKey: .alpha) ?? alpha
        optimum = try container.decodeIfPresent(Double.self, forKey: .optimum) ?? optimum
        minimumDays = try container.decodeIfPresent(Double.self, forKey: .minimumDays) ?? minimumDays
        minimumUnits = try container.decodeIfPresent(Int.self, forKey: .minimumUnits) ?? minimumUnits
        leastEffect = try container.decodeIfPresent(Double.self, forKey: .leastEffect) ?? leastEffect
        guardrailMargin = try container.decodeIfPresent(Double.self, forKey: .guardrailMargin) ?? guardrailMargin
        ratioAlpha = try container.decodeIfPresent(Double.self, forKey: .ratioAlpha) ?? ratioAlpha
    }
}
