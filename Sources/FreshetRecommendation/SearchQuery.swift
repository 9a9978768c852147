import FreshetCore

/// A search in dense numbers: words, and who asks.
public struct SearchQuery: Sendable {
    /// What is looked for.
    public var text: String
    /// The text as a vector among those of the items; empty where nothing reads.
    public var vector: [Float]
    /// Who asks, how many items are wanted, and which may appear.
    public var query: Query

    /// Creates a search.
    public init(text: String, vector: [Float], query: Query) {
        self.text = text
        self.vector = vector
        self.query = query
    }
}
