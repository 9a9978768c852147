import FreshetTensor

/// The percentile bootstrap over users (Efron, 1979): how a mean moves when the users are drawn anew, with replacement.
///
/// Every column of a table sees the same draws. A block of resamples is one matrix product, how often each user was
/// drawn times the users' values, so a thousand resamples of ten thousand users and sixty metrics take a fraction of a
/// second. Resample `r` draws from its own stream of the seed: the result does not depend on the threads.
struct Bootstrap {
    private static let resamplesPerBlock = 16

    let resamples: Int
    let confidence: Double
    let seed: UInt64
    let pool: ThreadPool

    init(_ options: EvaluationOptions, pool: ThreadPool) {
        (resamples, confidence, seed) = (options.resamples, options.confidence, options.seed)
        self.pool = pool
    }

    /// How the intervals are made, in one sentence.
    var description: String {
        let percent = (confidence * 1000).rounded() / 10
        let text = percent == percent.rounded() ? "\(Int(percent))" : "\(percent)"
        return "Intervals: \(text)% percentile bootstrap over users, \(resamples) resamples, seed \(seed)."
    }

    /// The mean of some values with its interval, and the means of the resamples.
    func mean(of values: [Float]) -> (estimate: Estimate, draws: [Double]) {
        let N = Double(values.count)
        let mean = values.reduce(0.0) { $0 + Double($1) } / N
        let sums = resampledSums(of: values.map { Float(Double($0) - mean) }, columns: 1)
        let draws = sums.map { mean + Double($0) / N }
        return (estimate(mean, draws: draws), draws)
    }

    /// The mean of every column with its interval, by key; columns that are defined for nobody are left out.
    func means(of table: ValueTable) -> [String: Estimate] {
        let means = table.means()
        let (M, N) = (table.columnCount, table.rowCount)
        // Deviations from the mean keep Float's digits for the spread; the second half says where a value is defined.
        let isSparse = table.values.contains { $0.isNaN }
        let width = isSparse ? 2 * M : M
        var deviations = [Float](repeating: 0, count: N * width)
        for row in 0..<N {
            for column in 0..<M {
                let value = table.values[row * M + column]
                guard !value.isNaN else { continue }
                deviations[row * width + column] = Float(Double(value) - means[column])
                if isSparse { deviations[row * width + M + column] = 1 }
            }
        }
        let sums = resampledSums(of: deviations, columns: width)
        var estimates: [String: Estimate] = [:]
        for column in 0..<M where !means[column].isNaN {
            let draws = (0..<resamples).compactMap { resample -> Double? in
                let count = isSparse ? sums[resample * width + M + column] : Float(N)
                return count > 0 ? means[column] + Double(sums[resample * width + column]) / Double(count) : nil
            }
            estimates[table.keys[column]] = estimate(means[column], draws: draws)
        }
        return estimates
    }

    /// The interval that the draws give around a value.
    func estimate(_ value: Double, draws: [Double]) -> Estimate {
        let sorted = draws.filter { !$0.isNaN }.sorted()
        guard !sorted.isEmpty else { return Estimate(value: value, low: value, high: value) }
        let tail = (1 - confidence) / 2
        return Estimate(value: value, low: quantile(tail, of: sorted), high: quantile(1 - tail, of: sorted))
    }

    /// The sums of every column in every resample of the rows, shape `[resamples, columns]`.
    func resampledSums(of values: [Float], columns: Int) -> [Float] {
        guard columns > 0, !values.isEmpty else { return [] }
        let N = values.count / columns
        var sums = [Float](repeating: 0, count: resamples * columns)
        sums.withUnsafeMutableBufferPointer { sums in
            values.withUnsafeBufferPointer { values in
                guard let sums = sums.baseAddress, let values = values.baseAddress else { return }
                forEachBlock(rows: N) { range, counts in
                    multiply(
                        MatrixView(counts, range.count, N),
                        MatrixView(values, N, columns),
                        into: MutableMatrixView(sums + range.lowerBound * columns, range.count, columns)
                    )
                }
            }
        }
        return sums
    }

    /// Figures that are no means, of the users drawn anew.
    ///
    /// - Parameters:
    ///   - rows: how many users.
    ///   - figures: how many figures.
    ///   - measure: gets how often each user was drawn, and writes the figures.
    /// - Returns: the figures of each resample.
    func draws(
        rows: Int,
        figures: Int,
        _ measure: (_ counts: UnsafePointer<Float>, _ figures: inout [Double]) -> Void
    ) -> [[Double]] {
        var draws = [[Double]](repeating: [], count: resamples)
        draws.withUnsafeMutableBufferPointer { draws in
            forEachBlock(rows: rows) { range, counts in
                for (place, resample) in range.enumerated() {
                    var values = [Double](repeating: 0, count: figures)
                    measure(counts + place * rows, &values)
                    draws[resample] = values
                }
            }
        }
        return draws
    }

    /// Calls `body` with ranges of resamples and how often each draws each row, shape `[range, rows]`.
    func forEachBlock(rows N: Int, _ body: (_ resamples: Range<Int>, _ counts: UnsafePointer<Float>) -> Void) {
        let block = min(Self.resamplesPerBlock, resamples)
        pool.forEachRange(resamples, grain: block) { range, _ in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: block * N) { counts in
                guard let counts = counts.baseAddress else { return }
                counts.update(repeating: 0, count: range.count * N)
                for (place, resample) in range.enumerated() {
                    var random = RandomSource.stream(seed: seed, UInt64(resample))
                    let row = counts + place * N
                    for _ in 0..<N { row[random.below(N)] += 1 }
                }
                body(range, counts)
            }
        }
    }
}

/// The quantile of sorted numbers, between neighbours in proportion.
func quantile(_ share: Double, of sorted: [Double]) -> Double {
    let place = share * Double(sorted.count - 1)
    let lower = Int(place)
    let upper = min(lower + 1, sorted.count - 1)
    return sorted[lower] + (place - Double(lower)) * (sorted[upper] - sorted[lower])
}
