import FreshetCore

/// A scorer whose scores are products: `score(user, item) = user vector · item vector + item bias`.
///
/// What nearest-neighbour retrieval needs beside the scores themselves.
public protocol VectorScorer: Scorer {
    /// The length `C` of a vector.
    var vectorWidth: Int { get }

    /// A number that each item's score begins with, shape `[V]`; empty when there is none.
    var itemBiases: [Float] { get }

    /// Lends the items' vectors, shape `[V, C]`.
    func withItemVectors<Result>(_ body: (UnsafePointer<Float>) throws -> Result) rethrows -> Result

    /// Computes the users' vectors.
    ///
    /// - Parameters:
    ///   - contexts: `B` contexts.
    ///   - vectors: where to write, shape `[B, C]`.
    func userVectors(of contexts: ArraySlice<ScoringContext>, into vectors: UnsafeMutablePointer<Float>)
}
