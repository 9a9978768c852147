/// A text that belongs to no item, such as a search, among the items' vectors.
public struct TextVector: Sendable, Hashable {
    /// A text that says nothing.
    public static let none = TextVector(encoder: "none", numbers: [])

    /// What made it: it means nothing among ``ItemVectors`` of another name.
    public let encoder: String
    /// Its numbers, of length 1; none where the text says nothing.
    public let numbers: [Float]

    /// Creates a vector.
    public init(encoder: String, numbers: [Float]) {
        self.encoder = encoder
        self.numbers = numbers
    }

    /// Whether it can be compared with the items' vectors.
    public func belongs(to vectors: ItemVectors) -> Bool {
        numbers.count == vectors.width && encoder == vectors.encoder
    }
}
