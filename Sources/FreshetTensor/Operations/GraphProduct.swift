import CFreshetKernels

/// A symmetric sparse matrix in compressed rows: how the nodes of a graph are joined.
public struct GraphMatrix: Sendable {
    /// Where the entries of each row begin, and the end.
    public let offsets: [Int]
    /// The column of each entry.
    public let columns: [Int32]
    /// The value of each entry.
    public let values: [Float]

    /// Creates a matrix, which must be symmetric.
    public init(offsets: [Int], columns: [Int32], values: [Float]) {
        precondition(offsets.last == columns.count && columns.count == values.count, "the columns do not match")
        self.offsets = offsets
        self.columns = columns
        self.values = values
    }

    /// `y = A · x` for rows of `C` numbers, shared among threads.
    public func multiply(
        _ x: UnsafePointer<Float>,
        into y: UnsafeMutablePointer<Float>,
        columns C: Int,
        pool: ThreadPool
    ) {
        let N = offsets.count - 1
        columns.withUnsafeBufferPointer { columns in
            values.withUnsafeBufferPointer { values in
                pool.forEachRange(N, grain: 256) { range, _ in
                    for row in range {
                        let target = y + row * C
                        target.update(repeating: 0, count: C)
                        for entry in offsets[row]..<offsets[row + 1] {
                            freshet_axpy(target, x + Int(columns[entry]) * C, values[entry], C)
                        }
                    }
                }
            }
        }
    }
}

extension Tape {
    /// `y = A · x` for a symmetric sparse matrix: every node takes from its neighbours.
    ///
    /// - Parameters:
    ///   - graph: `[N, N]`.
    ///   - x: `[N, C]`.
    ///   - threads: who shares the work; rows are written by one thread each.
    /// - Returns: `[N, C]`.
    ///
    /// Gradient: `dx += A · dy`.
    public func graphProduct(_ graph: GraphMatrix, _ x: Tensor, threads: ThreadPool) -> Tensor {
        let (N, C) = (x.rows, x.columns)
        precondition(graph.offsets.count == N + 1, "graphProduct: \(N) rows, a graph of \(graph.offsets.count - 1)")
        let y = make(N, C)
        graph.multiply(x.values, into: y.values, columns: C, pool: threads)
        record { [unowned self] in
            guard let dy = gradientIfReached(y) else { return }
            let passed = pool.take(N * C)
            graph.multiply(dy, into: passed, columns: C, pool: threads)
            freshet_axpy(gradient(of: x), passed, 1, N * C)
        }
        return y
    }
}
