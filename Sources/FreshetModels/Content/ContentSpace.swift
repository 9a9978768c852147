/// The items' vectors in the space of a ``ContentProjection``.
struct ContentSpace: Sendable {
    /// The vectors, shape `[V, width]`; an item of which nothing is known has zeros.
    let vectors: [Float]
    /// The numbers of a vector.
    let width: Int

    /// Turns content into a space, as ``ContentProjection`` says.
    init(_ content: ItemContent, width: Int, power: Double, isFitted: (Int) -> Bool) {
        let projection = ContentProjection(of: content, width: width, power: power, isFitted: isFitted)
        vectors = projection.vectors(of: content)
        self.width = width
    }
}
