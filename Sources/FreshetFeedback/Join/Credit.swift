/// What an event is credited to.
public struct Credit: Sendable, Equatable {
    /// What the event is.
    public let kind: FeedbackKind
    /// The group of the answer.
    public let group: FeedbackGroup
    /// The position of the item in it, from 0.
    public let position: Int
    /// The time from the answer to the event, in milliseconds.
    public let delay: Int64
    /// The value; below 0 for one that is taken back.
    public let value: Double
    /// Whether the event does not name the answer: the same user got the item in it inside the window.
    public let isAssisted: Bool
    /// Whether the item was clicked in this answer before, so that the click changed no count.
    public let isRepeated: Bool
}
