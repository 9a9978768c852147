import CDNNL

/// Writes `C = alpha · A · B + beta · C`, on the calling thread.
///
/// The only door to oneDNN's products, and this file the only importer of its header.
///
/// - Parameters:
///   - a: the left factor, `[M, K]`; ``MatrixView/transposed`` reads it the other way round.
///   - b: the right factor, `[K, N]`.
///   - c: the result, `[M, N]`.
///   - alpha: the factor of the product.
///   - beta: the factor of what `c` holds; with 0 it may hold anything.
@inline(__always)
public func multiply(
    _ a: MatrixView,
    _ b: MatrixView,
    into c: MutableMatrixView,
    alpha: Float = 1,
    beta: Float = 0
) {
    let (M, N, K) = (c.rows, c.columns, a.columns)
    precondition(
        a.rows == M && b.rows == K && b.columns == N,
        "a \(a.rows)×\(a.columns) matrix times a \(b.rows)×\(b.columns) one into one of \(M)×\(N)"
    )
    guard M > 0, N > 0, K > 0 else { return }
    let status = freshet_sgemm(
        letter(a.isTransposed),
        letter(b.isTransposed),
        M,
        N,
        K,
        alpha,
        a.pointer,
        a.stride,
        b.pointer,
        b.stride,
        beta,
        c.pointer,
        c.stride
    )
    precondition(status == 0, "oneDNN refused a \(M)×\(N)×\(K) product (status \(status))")
}

@inline(__always)
private func letter(_ transposed: Bool) -> CChar { transposed ? 84 : 78 }
