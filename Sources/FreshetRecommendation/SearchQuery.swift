import FreshetCore
import FreshetModels

/// A search in dense numbers: words, and who asks.
public struct SearchQuery: Sendable {
    /// What is looked for.
    public var text: String
    /// The text among the items' vectors.
    public var vector: TextVector
    /// Who asks, how many items are wanted, and which may appear.
    public var query: Query

    /// Creates a search.
    public init(text: String, vector: TextVector, query: Query) {
        self.text = text
        self.vector = vector
        self.query = query
    }
}
