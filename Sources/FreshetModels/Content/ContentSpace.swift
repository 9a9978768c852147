import CFreshetKernels

/// The items' vectors in the space of a ``ContentProjection``.
struct ContentSpace: Sendable {
    /// The vectors, shape `[V, width]`; an item of which nothing is known has zeros.
    let vectors: [Float]
    /// The numbers of a vector.
    let width: Int

    /// Turns content into a space, as ``ContentProjection`` says; what is in one already gets the width alone.
    init(_ content: ItemContent, width: Int, power: Double, isFitted: (Int) -> Bool) {
        guard !content.isProjected else {
            vectors = Self.fitted(content, to: width)
            self.width = width
            return
        }
        let projection = ContentProjection(of: content, width: width, power: power, isFitted: isFitted)
        vectors = projection.vectors(of: content)
        self.width = width
    }

    private static func fitted(_ content: ItemContent, to width: Int) -> [Float] {
        guard content.width != width else { return content.vectors }
        var vectors = [Float](repeating: 0, count: content.itemCount * width)
        content.vectors.withUnsafeBufferPointer { content in
            vectors.withUnsafeMutableBufferPointer { vectors in
                let count = vectors.count / width
                let columns = count > 0 ? content.count / count : 0
                for item in 0..<count {
                    fit(
                        content.baseAddress! + item * columns,
                        columns,
                        into: vectors.baseAddress! + item * width,
                        width
                    )
                }
            }
        }
        return vectors
    }

    /// Writes a vector in another width: its leading axes, which tell the most, at length 1; dimensions that it lacks are
    /// zero.
    static func fit(
        _ vector: UnsafePointer<Float>,
        _ columns: Int,
        into target: UnsafeMutablePointer<Float>,
        _ width: Int
    ) {
        let kept = min(columns, width)
        target.update(from: vector, count: kept)
        (target + kept).update(repeating: 0, count: width - kept)
        let length = freshet_sum_of_squares(target, kept).squareRoot()
        if length > 0 { freshet_scale(target, Float(1 / length), kept) }
    }
}
