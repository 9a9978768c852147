import CFreshetKernels
import FreshetCore

/// A scorer whose scores are products: `score(user, item) = user vector · item vector + item bias`.
///
/// Whoever compares or explains single items asks for their vectors; how they are kept is the scorer's own affair.
public protocol ItemVectorScorer: Scorer {
    /// The length `C` of a vector.
    var vectorWidth: Int { get }

    /// A number that each item's score begins with, shape `[V]`; empty when there is none.
    var itemBiases: [Float] { get }

    /// Writes the vectors of some items, one after another.
    ///
    /// - Parameters:
    ///   - items: `N` numbers of items.
    ///   - vectors: where to write, shape `[N, C]`.
    func copyItemVectors(_ items: UnsafeBufferPointer<Int32>, into vectors: UnsafeMutablePointer<Float>)

    /// Computes the users' vectors.
    ///
    /// - Parameters:
    ///   - contexts: `B` contexts.
    ///   - vectors: where to write, shape `[B, C]`.
    func userVectors(of contexts: ArraySlice<ScoringContext>, into vectors: UnsafeMutablePointer<Float>)
}

extension ItemVectorScorer {
    /// The vectors of some items, shape `[N, C]`.
    public func itemVectors(of items: [ItemIndex]) -> [Float] {
        let numbers = items.map(\.rawValue)
        return [Float](unsafeUninitializedCapacity: items.count * vectorWidth) { buffer, count in
            numbers.withUnsafeBufferPointer { numbers in
                if let start = buffer.baseAddress { copyItemVectors(numbers, into: start) }
            }
            count = items.count * vectorWidth
        }
    }
}

/// An ``ItemVectorScorer`` that keeps its items' vectors as one table of floats.
///
/// What nearest-neighbour retrieval needs beside the scores themselves.
public protocol VectorScorer: ItemVectorScorer {
    /// Lends the items' vectors, shape `[V, C]`.
    func withItemVectors<Result>(_ body: (UnsafePointer<Float>) throws -> Result) rethrows -> Result
}

extension VectorScorer {
    /// Rows of the table.
    public func copyItemVectors(_ items: UnsafeBufferPointer<Int32>, into vectors: UnsafeMutablePointer<Float>) {
        guard let first = items.baseAddress else { return }
        withItemVectors { freshet_gather(vectors, $0, first, items.count, vectorWidth) }
    }
}
