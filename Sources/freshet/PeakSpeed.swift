import FreshetTensor

/// How fast this machine multiplies matrices: what other speeds are measured against.
enum PeakSpeed {
    private static let size = 768
    private static let rounds = 8

    /// Billions of Float32 operations a second, every thread on products of its own; the best of some rounds.
    static func gigaflops(pool: ThreadPool) -> Double {
        let count = size * size
        let matrices = (0..<pool.threads * 3).map { _ in
            let matrix = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
            matrix.initialize(repeating: 0.5)
            return matrix
        }
        defer { for matrix in matrices { matrix.deallocate() } }
        let operations = 2 * Double(count) * Double(size) * Double(pool.threads)
        let seconds = (0..<rounds).map { _ in
            let began = ProgressReporter.now()
            pool.forEachWorker { worker in
                let own = matrices[worker * 3..<worker * 3 + 3].compactMap(\.baseAddress)
                multiply(
                    MatrixView(own[0], size, size),
                    MatrixView(own[1], size, size),
                    into: MutableMatrixView(own[2], size, size)
                )
            }
            return ProgressReporter.now() - began
        }
        return operations / (seconds.min() ?? 1) / 1e9
    }
}
