import CFreshetKernels
import FreshetTensor

/// The inverse of a symmetric positive definite matrix, in place and in parallel.
///
/// The sweep operator (Goodnight, "A tutorial on the SWEEP operator", 1979) in blocks of `kb` rows: with `D` the inverse
/// of the pivot block and `C` its block column,
///
///     A_ij -= C_i D C_jᵀ      A_ik = C_i D      A_kk = -D
///
/// after which the whole holds -A⁻¹. Only the lower triangle is kept up, so that the work is n³ operations, all but a
/// few in products of matrices; beside the matrix it takes two panels of n × kb numbers.
struct SymmetricInverse {
    private let n: Int
    private let a: UnsafeMutablePointer<Float>
    private let pool: ThreadPool
    private let kb: Int
    private let column: UnsafeMutablePointer<Float>
    private let product: UnsafeMutablePointer<Float>
    private let pivot: UnsafeMutablePointer<Float>

    /// Inverts.
    ///
    /// - Parameters:
    ///   - a: the matrix, row-major, shape `[n, n]`; only its lower triangle is read.
    ///   - n: how many rows.
    ///   - pool: the threads.
    ///   - isCancelled: asked between blocks; `true` leaves the matrix half done.
    /// - Returns: whether the matrix was positive definite as far as the work went.
    static func invert(
        _ a: UnsafeMutablePointer<Float>,
        count n: Int,
        pool: ThreadPool,
        isCancelled: () -> Bool = { false }
    ) -> Bool {
        let inverse = SymmetricInverse(a, count: n, pool: pool)
        defer { inverse.deallocate() }
        for start in stride(from: 0, to: n, by: inverse.kb) where !isCancelled() {
            guard inverse.sweep(start..<min(start + inverse.kb, n)) else { return false }
        }
        inverse.negateAndMirror()
        return true
    }

    private init(_ a: UnsafeMutablePointer<Float>, count n: Int, pool: ThreadPool) {
        self.a = a
        self.n = n
        self.pool = pool
        kb = n < 1024 ? 64 : 256
        column = .allocate(capacity: max(n * kb, 1))
        product = .allocate(capacity: max(n * kb, 1))
        pivot = .allocate(capacity: kb * kb)
    }

    private func deallocate() {
        column.deallocate()
        product.deallocate()
        pivot.deallocate()
    }

    private func sweep(_ block: Range<Int>) -> Bool {
        let width = block.count
        let k = block.lowerBound
        for i in 0..<width {
            for j in 0..<width { pivot[i * width + j] = a[(k + max(i, j)) * n + k + min(i, j)] }
        }
        guard invertPivot(width) else { return false }
        // The block column, its upper part read from the block row.
        pool.forEachRange(n, grain: kb) { rows, _ in
            for i in rows {
                let target = column + i * width
                if i >= block.upperBound {
                    target.update(from: a + i * n + k, count: width)
                } else if i < k {
                    for j in 0..<width { target[j] = a[(k + j) * n + i] }
                } else {
                    target.update(repeating: 0, count: width)
                }
            }
        }
        // The longest rows first, so that the threads end together.
        let tiles = (n + kb - 1) / kb
        pool.forEach(tiles) { index, _ in
            let first = (tiles - 1 - index) * kb
            if first != k { update(first..<min(first + kb, n), block) }
        }
        for i in 0..<width {
            for j in 0...i { a[(k + i) * n + k + j] = -pivot[i * width + j] }
        }
        return true
    }

    /// The rows of one tile: `A_i -= C_i D Cᵀ` up to the diagonal, and `C_i D` in the pivot's place.
    private func update(_ rows: Range<Int>, _ block: Range<Int>) {
        let width = block.count
        let k = block.lowerBound
        let own = product + rows.lowerBound * width
        let ownRows = MatrixView(own, rows.count, width)
        multiply(
            MatrixView(column + rows.lowerBound * width, rows.count, width),
            MatrixView(pivot, width, width),
            into: MutableMatrixView(own, rows.count, width)
        )
        multiply(
            ownRows,
            MatrixView(column, rows.upperBound, width).transposed,
            into: MutableMatrixView(a + rows.lowerBound * n, rows.count, rows.upperBound, stride: n),
            alpha: -1,
            beta: 1
        )
        for (row, i) in rows.enumerated() {
            let source = own + row * width
            if i >= block.upperBound {
                (a + i * n + k).update(from: source, count: width)
            } else {
                for j in 0..<width { a[(k + j) * n + i] = source[j] }
            }
        }
    }

    /// Inverts the full square in `pivot` by Gauss and Jordan's elimination, which needs no exchanges here.
    private func invertPivot(_ width: Int) -> Bool {
        for p in 0..<width {
            let row = pivot + p * width
            let diagonal = row[p]
            guard diagonal > 0, diagonal.isFinite else { return false }
            row[p] = 1
            for j in 0..<width { row[j] /= diagonal }
            for i in 0..<width where i != p {
                let factor = pivot[i * width + p]
                guard factor != 0 else { continue }
                pivot[i * width + p] = 0
                freshet_axpy(pivot + i * width, row, -factor, width)
            }
        }
        return true
    }

    private func negateAndMirror() {
        let tile = 64
        let tiles = (n + tile - 1) / tile
        // Tile by tile: what a task writes above the diagonal, no other task touches.
        pool.forEach(tiles) { index, _ in
            let rows = index * tile..<min((index + 1) * tile, n)
            for left in stride(from: 0, to: rows.upperBound, by: tile) {
                for i in rows {
                    for j in left..<min(left + tile, i + 1) {
                        let value = -a[i * n + j]
                        a[i * n + j] = value
                        a[j * n + i] = value
                    }
                }
            }
        }
    }
}
