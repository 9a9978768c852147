import FreshetCore
import FreshetData
import FreshetTensor

/// Alternating least squares for implicit feedback: every event a wish of some confidence, everything else a faint no.
///
/// Minimises, with `w` the confidence of an event (0 where there is none),
///
///     Σ over all users and items of (1 + w_ui) · (p_ui - x_u · y_i)² + λ (Σ |x_u|² + Σ |y_i|²)      p_ui = [w_ui > 0]
///
/// by solving all users' vectors, then all items' (Hu, Koren and Volinsky, 2008), by a few steps of conjugate gradient
/// from where they stand, or exactly. Departs in the name of the confidence, `w = confidence · weight`, theirs being
/// `1 + α r`.
public struct AlternatingLeastSquares {
    /// The settings.
    public struct Configuration: ModelConfiguration {
        /// How many times both sides are solved.
        public var iterations = 15
        /// λ.
        public var regularization = 10.0
        /// How much surer an event is than its absence.
        public var confidence = 10.0
        /// How many steps of conjugate gradient solve a vector; 0 is Cholesky's method, which is exact and slower.
        public var conjugateGradientSteps = 3
        /// How repeated events and values count.
        public var weight = InteractionWeight.binary

        /// The defaults.
        public init() {}

        /// Checks ranges.
        public func validate() throws {
            try SettingRange.check("als.iterations", iterations, in: 1...10_000)
            try SettingRange.check("als.regularization", regularization, in: 1e-4...1e9)
            try SettingRange.check("als.conjugateGradientSteps", conjugateGradientSteps, in: 0...1000)
            try SettingRange.check("als.confidence", confidence, in: 1e-6...1e6)
        }
    }

    private let configuration: Configuration
    private let F: Int

    init(_ configuration: Configuration, factors: Int) {
        self.configuration = configuration
        F = factors
    }

    func fit(_ data: TrainingData, _ session: TrainingSession) throws -> Factors {
        let users = SparseRows(
            interactions: data.histories,
            itemCount: data.itemCount,
            weight: configuration.weight,
            pool: session.pool
        ).scaled(by: Float(configuration.confidence))
        guard users.values.allSatisfy({ $0 > 0 }) else {
            throw FreshetError(
                .usage,
                "als needs positive weights, but some values of the events are zero or negative.",
                remedy: "Set als.weight to binary or count."
            )
        }
        let items = users.transposed()
        var random = RandomSource.stream(seed: session.seed, 0xA15)
        var factors = Factors(
            width: F,
            itemCount: data.itemCount,
            userCount: users.rowCount,
            deviation: 0.1 / Float(F).squareRoot(),
            random: &random
        )
        let memory = (0..<session.pool.threads).map { _ in
            UnsafeMutablePointer<Float>.allocate(
                capacity: max(NormalEquations.memory(width: F), ConjugateGradient.memory(width: F))
            )
        }
        defer { for pointer in memory { pointer.deallocate() } }
        let clock = ContinuousClock()
        for iteration in 1...configuration.iterations {
            try session.checkCancellation()
            let start = clock.now
            _ = solve(&factors.users, users, given: factors.items, memory, session.pool)
            let gain = solve(&factors.items, items, given: factors.users, memory, session.pool)
            let lengths = factors.users.reduce(0.0) { $0 + Double($1) * Double($1) }
            let evidence = users.values.reduce(Double(users.entryCount)) { $0 + Double($1) }
            let loss = evidence - gain + configuration.regularization * lengths
            let record = EpochRecord(
                epoch: iteration,
                loss: loss / Double(max(users.entryCount, 1)),
                seconds: (clock.now - start) / .seconds(1)
            )
            session.report(
                TrainingProgress(
                    phase: "iteration",
                    completed: iteration,
                    total: configuration.iterations,
                    loss: record.loss,
                    finishedEpoch: record
                )
            )
        }
        // Users are solved from their histories when they ask, so that a new event counts at once.
        factors.users = []
        factors.userBiases = []
        return factors
    }

    /// Solves one side, the other held fixed.
    ///
    /// - Parameters:
    ///   - vectors: the side to solve, shape `[rows, F]`.
    ///   - rows: the confidences of its events.
    ///   - fixed: the other side, shape `[columns, F]`.
    ///   - memory: scratch of every worker.
    ///   - pool: the threads.
    /// - Returns: by how much the solution lowers the objective from that of zero vectors.
    private func solve(
        _ vectors: inout [Float],
        _ rows: SparseRows,
        given fixed: [Float],
        _ memory: [UnsafeMutablePointer<Float>],
        _ pool: ThreadPool
    ) -> Double {
        var gains = [Float](repeating: 0, count: rows.rowCount)
        let gram = UnsafeMutablePointer<Float>.allocate(capacity: F * F)
        defer { gram.deallocate() }
        fixed.withUnsafeBufferPointer { fixed in
            vectors.withUnsafeMutableBufferPointer { vectors in
                gains.withUnsafeMutableBufferPointer { gains in
                    guard let fixed = fixed.baseAddress, let vectors = vectors.baseAddress else { return }
                    NormalEquations.gram(of: fixed, count: rows.columnCount, width: F, into: gram, pool: pool)
                    for factor in 0..<F { gram[factor * F + factor] += Float(configuration.regularization) }
                    let solver = RowSolver(configuration, width: F, rows: rows, fixed: fixed, base: gram)
                    pool.forEachRange(rows.rowCount, grain: 16) { range, worker in
                        for row in range {
                            gains[row] = solver.solve(row, into: vectors + row * F, memory: memory[worker])
                        }
                    }
                }
            }
        }
        return gains.reduce(0) { $0 + Double($1) }
    }
}

/// Solves the vectors of one side, each in one of the two ways.
private struct RowSolver {
    private let steps: Int
    private let F: Int
    private let rows: SparseRows
    private let fixed: UnsafePointer<Float>
    private let base: UnsafePointer<Float>

    init(
        _ configuration: AlternatingLeastSquares.Configuration,
        width F: Int,
        rows: SparseRows,
        fixed: UnsafePointer<Float>,
        base: UnsafePointer<Float>
    ) {
        steps = configuration.conjugateGradientSteps
        self.F = F
        self.rows = rows
        self.fixed = fixed
        self.base = base
    }

    /// Solves one vector.
    /// - Returns: by how much it lowers the objective from that of zeros.
    func solve(_ row: Int, into x: UnsafeMutablePointer<Float>, memory: UnsafeMutablePointer<Float>) -> Float {
        rows.columns.withUnsafeBufferPointer { columns in
            rows.values.withUnsafeBufferPointer { values in
                let range = rows.offsets[row]..<rows.offsets[row + 1]
                guard steps == 0 else {
                    return ConjugateGradient(width: F, steps: steps, memory: memory).improve(
                        x,
                        base: base,
                        rows: fixed,
                        chosen: UnsafeBufferPointer(rebasing: columns[range]),
                        weights: UnsafeBufferPointer(rebasing: values[range])
                    )
                }
                var equations = NormalEquations(width: F, memory: memory)
                equations.begin(base: base, regularization: 0)
                for entry in range {
                    equations.add(fixed + Int(columns[entry]) * F, weight: values[entry], target: 1 + values[entry])
                }
                return equations.solve(into: x) ?? 0
            }
        }
    }
}
