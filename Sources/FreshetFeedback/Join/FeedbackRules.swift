import FreshetCore

/// Which events are feedback, and for how long after an answer they are credited to it.
public struct FeedbackRules: Sendable, Equatable, Codable {
    /// What each type of event is; types that are not named are no feedback.
    public var kinds: [String: FeedbackKind]
    /// The window of each kind, in seconds.
    public var clickWindow = 30.0 * 60
    /// For how long after an answer a conversion is credited to it, in seconds.
    public var conversionWindow = 24.0 * 3600
    /// For how long after an answer it may be said what was seen of it, and how content somebody is, in seconds.
    public var satisfactionWindow = 24.0 * 3600
    /// For how long a conversion may be taken back, in seconds.
    public var refundWindow = 30.0 * 24 * 3600
    /// How late an event may arrive after its window, in seconds.
    public var grace = 3600.0

    enum CodingKeys: String, CodingKey {
        case kinds, grace
        case clickWindow = "click_seconds"
        case conversionWindow = "conversion_seconds"
        case satisfactionWindow = "satisfaction_seconds"
        case refundWindow = "refund_seconds"
    }

    /// The types in common use.
    public init() {
        kinds = [
            "click": .click, "view": .click, "play": .click, "cart": .click, "add_to_cart": .click, "like": .click,
            "purchase": .conversion, "conversion": .conversion,
            "refund": .refund, "return": .refund, "cancel": .refund,
            "seen": .seen, "satisfaction": .satisfaction,
        ]
    }

    /// The types of a kind.
    public func types(of kind: FeedbackKind) -> Set<String> { Set(kinds.filter { $0.value == kind }.keys) }

    /// The window of a kind, in milliseconds.
    func window(of kind: FeedbackKind) -> Int64 {
        let seconds =
            switch kind {
            case .click: clickWindow
            case .conversion: conversionWindow
            case .seen, .satisfaction: satisfactionWindow
            case .refund: refundWindow
            }
        return Int64(seconds * 1000)
    }

    /// For how long an answer is remembered, in milliseconds.
    package var memory: Int64 {
        let kinds = [FeedbackKind.click, .conversion, .satisfaction]
        return (kinds.map(window).max() ?? 0) + Int64(grace * 1000)
    }

    /// What an event is: a conversion with a value below 0 takes one back.
    func kind(of type: String, value: Double?) -> FeedbackKind? {
        let kind = kinds[type]
        return kind == .conversion && (value ?? 0) < 0 ? .refund : kind
    }

    /// Checks the windows.
    /// - Throws: ``FreshetError`` of kind `usage`.
    public func validate() throws {
        let windows = [
            ("click_seconds", clickWindow), ("conversion_seconds", conversionWindow),
            ("satisfaction_seconds", satisfactionWindow), ("refund_seconds", refundWindow), ("grace", grace),
        ]
        for (name, seconds) in windows where !(seconds >= 0 && seconds <= 366 * 86_400) {
            throw FreshetError(.usage, "'feedback.\(name)' is \(seconds), but must be in 0...31622400.")
        }
    }
}
