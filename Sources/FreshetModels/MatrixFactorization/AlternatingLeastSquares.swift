import FreshetCore
import FreshetData
import FreshetTensor

/// Alternating least squares for implicit feedback: every event a wish of some confidence, everything else a faint no.
///
/// Minimises, with `w` the confidence of an event (0 where there is none),
///
///     Σ over all users and items of (1 + w_ui) · (p_ui - x_u · y_i)² + λ (Σ |x_u|² + Σ |y_i|²)      p_ui = [w_ui > 0]
///
/// by solving all users' vectors, then all items', exactly (Hu, Koren and Volinsky, 2008). Departs in nothing but the
/// name of the confidence, `w = confidence · weight`, theirs being `1 + α r`.
public struct AlternatingLeastSquares {
    /// The settings.
    public struct Configuration: ModelConfiguration {
        /// How many times both sides are solved.
        public var iterations = 15
        /// λ.
        public var regularization = 10.0
        /// How much surer an event is than its absence.
        public var confidence = 10.0
        /// How repeated events and values count.
        public var weight = InteractionWeight.binary

        /// The defaults.
        public init() {}

        /// Checks ranges.
        public func validate() throws {
            try Setting.check("als.iterations", iterations, in: 1...10_000)
            try Setting.check("als.regularization", regularization, in: 1e-4...1e9)
            try Setting.check("als.confidence", confidence, in: 1e-6...1e6)
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
            UnsafeMutablePointer<Float>.allocate(capacity: NormalEquations.memory(width: F))
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
                    pool.forEachRange(rows.rowCount, grain: 16) { range, worker in
                        var equations = NormalEquations(width: F, memory: memory[worker])
                        for row in range {
                            equations.begin(base: gram, regularization: Float(configuration.regularization))
                            for entry in rows.offsets[row]..<rows.offsets[row + 1] {
                                let weight = rows.values[entry]
                                let other = fixed + Int(rows.columns[entry]) * F
                                equations.add(other, weight: weight, target: 1 + weight)
                            }
                            gains[row] = equations.solve(into: vectors + row * F) ?? 0
                        }
                    }
                }
            }
        }
        return gains.reduce(0) { $0 + Double($1) }
    }
}
