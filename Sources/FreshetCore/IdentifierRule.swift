/// What an external id is: of a user, an item, an event, a type or an answer.
public struct IdentifierRule: Sendable, Equatable {
    /// The longest id unless set otherwise, in bytes of UTF-8.
    public static let defaultMaximumLength = 256
    /// What the longest id may be set to.
    public static let maximumLengths = 1...4096

    /// The longest id, in bytes of UTF-8.
    public let maximumLength: Int

    /// Creates a rule.
    public init(maximumLength: Int = Self.defaultMaximumLength) { self.maximumLength = maximumLength }

    /// What is wrong with an id, as the end of a sentence about it; `nil` for a sound one.
    public func problem(with id: String) -> String? {
        let length = id.utf8.count
        if length == 0 { return "is empty" }
        if length > maximumLength { return "has \(length) bytes; at most \(maximumLength) are allowed" }
        return id.utf8.contains(0) ? "holds a zero byte" : nil
    }
}
