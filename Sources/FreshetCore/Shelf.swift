/// A question: what could the rows of a page hold for this user? The body of `POST /v1/shelves`.
public struct ShelvesRequest: Sendable, Equatable {
    /// Who asks, and for what; its count is that of the items of a row.
    public var question: RecommendationRequest
    /// How many rows at most.
    public var shelves: Int

    /// Creates a request.
    public init(_ question: RecommendationRequest, shelves: Int = 5) {
        self.question = question
        self.shelves = shelves
    }
}

/// What is behind a row of items.
public enum ShelfKind: String, Sendable, Codable, CaseIterable {
    /// What suits the user.
    case forYou = "for_you"
    /// What is like an item that the user dealt with.
    case because
    /// The best of a category that suits the user.
    case category
    /// What has a growing share of all events.
    case trending
    /// What is popular, for a stranger.
    case popular
}

/// A row of items with one idea behind it.
public struct Shelf: Sendable, Equatable {
    /// What is behind it.
    public var kind: ShelfKind
    /// The idea in words, such as "Because you bought WHITE HANGING HEART".
    public var title: String
    /// The external id of the user's item that it is about.
    public var item: String?
    /// The items, with the id that feedback names.
    public var answer: Recommendation

    /// Creates a row.
    public init(kind: ShelfKind, title: String, item: String? = nil, answer: Recommendation) {
        self.kind = kind
        self.title = title
        self.item = item
        self.answer = answer
    }
}
