import FreshetCore

/// The score `R[i, j]` of every kept period `j` by every model `i`, and what it says about forgetting.
///
/// Rows are models in the order in which they went live, columns periods in the order of time. With `L(j)` the first row
/// that had learned period `j`, and `T` the newest row:
///
/// - ACC, the mean of `R[T, j]`;
/// - BWT, the mean of `R[T, j] − R[L(j), j]` over the periods that were learned before `T` (Lopez-Paz and Ranzato,
///   2017): negative for forgetting;
/// - forgetting, the mean of `max_{L(j) ≤ t < T} R[t, j] − R[T, j]` over the same (Chaudhry and others, 2018);
/// - FWT, the mean of `R[L(j) − 1, j] − R₀[j]`, with `R₀` the score of an untrained model.
public struct ForgettingMatrix: Sendable, Equatable, Codable {
    /// What each column is, such as a range of dates.
    public private(set) var periods: [String] = []
    /// What each row is.
    public private(set) var versions: [ModelVersion] = []
    /// The scores by row and column; `nil` where a period did not exist yet.
    public private(set) var scores: [[Double?]] = []
    /// The row that first had learned each period; `nil` while none has.
    private var learned: [Int?] = []

    /// Creates a matrix without rows and columns.
    public init() {}

    /// Adds a period that no model so far has learned.
    public mutating func addPeriod(_ name: String) {
        periods.append(name)
        learned.append(nil)
        for row in scores.indices { scores[row].append(nil) }
    }

    /// Adds a model.
    ///
    /// - Parameters:
    ///   - version: its name.
    ///   - learnedPeriods: how many of the periods, from the first, its weights have learned.
    ///   - row: its score on every period; `nil` where it was not measured.
    public mutating func addRow(_ version: ModelVersion, learnedPeriods: Int, scores row: [Double?]) {
        precondition(row.count == periods.count, "\(row.count) scores of \(periods.count) periods")
        precondition(learnedPeriods <= periods.count, "\(learnedPeriods) of \(periods.count) periods")
        versions.append(version)
        scores.append(row)
        for period in 0..<learnedPeriods where learned[period] == nil { learned[period] = scores.count - 1 }
    }

    /// Forgets the first row, or the first period, to stay within bounds.
    public mutating func removeFirstPeriod() {
        periods.removeFirst()
        learned.removeFirst()
        for row in scores.indices { scores[row].removeFirst() }
    }

    /// Forgets a row; the scores of the rows that first had learned a period are worth keeping.
    public mutating func removeRow(at row: Int) {
        versions.remove(at: row)
        scores.remove(at: row)
        learned = learned.map { first in
            guard let first, !scores.isEmpty else { return nil }
            return first > row ? first - 1 : min(first, scores.count - 1)
        }
    }

    /// Forgets the oldest rows beyond a number of them, those that first had learned a period last.
    public mutating func thin(toRows limit: Int) {
        while scores.count > max(limit, 1) {
            let first = scores.indices.dropLast().first { !learned.contains($0) }
            removeRow(at: first ?? 0)
        }
    }

    /// The mean score of the newest model over all periods.
    public var accuracy: Double? { Self.mean((scores.last ?? []).compactMap { $0 }) }

    /// The mean change of the newest model's scores since each period was first learned; negative for forgetting.
    public var backwardTransfer: Double? {
        Self.mean(old.compactMap { column, first in zip2(newest(column), scores[first][column]).map { $0 - $1 } })
    }

    /// How far the newest model is below the best one, as a mean over the periods learned earlier.
    public var forgetting: Double? {
        Self.mean(
            old.compactMap { column, first in
                let best = scores[first..<(scores.count - 1)].compactMap { $0[column] }.max()
                return zip2(best, newest(column)).map { $0 - $1 }
            }
        )
    }

    /// How much better than an untrained model the periods were predicted just before they were learned.
    ///
    /// - Parameter untrained: the score of an untrained model on every period.
    /// - Returns: the mean; `nil` when no period was measured before it was learned.
    public func forwardTransfer(untrained: [Double]) -> Double? {
        precondition(untrained.count == periods.count, "\(untrained.count) scores of \(periods.count) periods")
        return Self.mean(
            periods.indices.compactMap { column in
                guard let first = learned[column], first > 0 else { return nil }
                return scores[first - 1][column].map { $0 - untrained[column] }
            }
        )
    }

    /// The columns that were learned before the newest row, with the rows that first had learned them.
    private var old: [(column: Int, first: Int)] {
        learned.enumerated().compactMap { column, first in
            first.flatMap { $0 < scores.count - 1 ? (column, $0) : nil }
        }
    }

    private func newest(_ column: Int) -> Double? { scores.last?[column] }

    private func zip2(_ left: Double?, _ right: Double?) -> (Double, Double)? {
        left.flatMap { left in right.map { (left, $0) } }
    }

    private static func mean(_ numbers: [Double]) -> Double? {
        numbers.isEmpty ? nil : numbers.reduce(0, +) / Double(numbers.count)
    }
}
