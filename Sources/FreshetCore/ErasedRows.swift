/// How many rows of each kind went from a store when a user was erased.
public struct ErasedRows: Sendable, Equatable, Codable {
    /// Entries of attributes: one, where the user had any.
    public var attributes = 0
    /// Events.
    public var events = 0
    /// Searches.
    public var searches = 0
    /// Answers that named the user: name and context went, what was shown stays as nobody's.
    public var impressions = 0

    /// Creates a count of nothing.
    public init() {}

    /// All rows together.
    public var total: Int { attributes + events + searches + impressions }
}
