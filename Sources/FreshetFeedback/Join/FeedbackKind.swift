/// What an event is as feedback.
public enum FeedbackKind: String, Sendable, Codable, CaseIterable {
    /// The user looked at what was recommended.
    case click
    /// The user bought it, or did what the business lives of.
    case conversion
    /// A conversion is taken back.
    case refund
    /// The item was on the screen.
    case seen
    /// The user says how content they are with an answer; the value says it.
    case satisfaction
}
