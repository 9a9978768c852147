import CDNNL

/// Writes `C = alpha · op(A) · op(B) + beta · C`, all row-major, on the calling thread.
///
/// The only door to oneDNN's products, and this file the only importer of its header. `columns` of each matrix are
/// given by its row stride, so a block of a larger matrix is passed by its first element.
///
/// - Parameters:
///   - M: rows of `op(A)` and `C`.
///   - N: columns of `op(B)` and `C`.
///   - K: columns of `op(A)`, rows of `op(B)`.
///   - a: the left factor.
///   - aStride: its row stride.
///   - transposeA: whether `a` is stored as `[K, M]`.
///   - b: the right factor.
///   - bStride: its row stride.
///   - transposeB: whether `b` is stored as `[N, K]`.
///   - c: the result.
///   - cStride: its row stride.
///   - alpha: the factor of the product.
///   - beta: the factor of what `c` holds; with 0 it may hold anything.
@inline(__always)
public func multiply(
    _ M: Int,
    _ N: Int,
    _ K: Int,
    _ a: UnsafePointer<Float>,
    aStride: Int,
    transposeA: Bool = false,
    _ b: UnsafePointer<Float>,
    bStride: Int,
    transposeB: Bool = false,
    into c: UnsafeMutablePointer<Float>,
    cStride: Int,
    alpha: Float = 1,
    beta: Float = 0
) {
    guard M > 0, N > 0, K > 0 else { return }
    let status = freshet_sgemm(
        letter(transposeA),
        letter(transposeB),
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

@inline(__always)
private func letter(_ transposed: Bool) -> CChar { transposed ? 84 : 78 }
