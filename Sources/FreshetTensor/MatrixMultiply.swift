import CDNNL

/// Whether a factor of a product is read as it stands or transposed.
public enum Transposition: Sendable {
    /// As it stands.
    case none
    /// Rows and columns exchanged.
    case transposed

    fileprivate var letter: CChar { self == .none ? 78 : 84 }
}

/// Writes `C = alpha · op(A) · op(B) + beta · C`, all row-major, on the calling thread.
///
/// The only door to oneDNN's products, and this file the only importer of its header. `columns` of each matrix are
/// given by its row stride, so a block of a larger matrix is passed by its first element.
///
/// - Parameters:
///   - M: rows of `op(A)` and `C`.
///   - N: columns of `op(B)` and `C`.
///   - K: columns of `op(A)`, rows of `op(B)`.
///   - a: the left factor, row stride `aStride`.
///   - aTransposition: how `a` is read.
///   - b: the right factor, row stride `bStride`.
///   - bTransposition: how `b` is read.
///   - c: the result, row stride `cStride`.
///   - alpha: the factor of the product.
///   - beta: the factor of what `c` holds; with 0 it may hold anything.
@inline(__always)
public func multiply(
    _ M: Int,
    _ N: Int,
    _ K: Int,
    _ a: UnsafePointer<Float>,
    aStride: Int,
    _ aTransposition: Transposition = .none,
    _ b: UnsafePointer<Float>,
    bStride: Int,
    _ bTransposition: Transposition = .none,
    into c: UnsafeMutablePointer<Float>,
    cStride: Int,
    alpha: Float = 1,
    beta: Float = 0
) {
    guard M > 0, N > 0, K > 0 else { return }
    let status = freshet_sgemm(
        aTransposition.letter,
        bTransposition.letter,
        M,
        N,
        K,
        alpha,
        a,
        aStride,
        b,
        bStride,
        beta,
        c,
        cStride
    )
    precondition(status == 0, "oneDNN refused a \(M)×\(N)×\(K) product (status \(status))")
}
