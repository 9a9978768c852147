import Foundation

/// Adaptive windowing: keeps as long a window of a bounded stream as shows no change in its mean.
///
/// The window is an exponential histogram: row `i` holds up to `M + 1` buckets of `2^i` values each, so `n` values take
/// `O(M log n)` memory. Every `clock` values the window is cut at each border of buckets into an older part of `n₀`
/// values and a newer one of `n₁`; while some cut has means further apart than
///
///     ε = √(2 m σ² ln(2 ln n / δ)) + 2/3 · m · ln(2 ln n / δ),   m = 1 / (n₀ − 4) + 1 / (n₁ − 4),
///
/// the oldest bucket goes. Bifet and Gavaldà, "Learning from time-changing data with adaptive windowing", SDM 2007; the
/// bound with the variance, the parts' least length of 5 and its part in `m` as MOA has them, against which it is
/// checked.
public struct ADWIN: Sendable, Equatable, Codable {
    /// What a change did to the mean.
    public enum Change: String, Sendable, Codable {
        /// The newer values are higher.
        case increase
        /// The newer values are lower.
        case decrease
    }

    private struct Bucket: Sendable, Equatable, Codable {
        var total: Double
        /// The sum of squared deviations from the bucket's mean.
        var spread: Double
    }

    private static let bucketsPerRow = 5
    private static let leastPart = 5
    private static let leastWindow = 10

    /// The chance of a false alarm at a check, about.
    public let delta: Double
    /// How many values lie between two checks.
    public let clock: Int
    /// How many values the window holds.
    public private(set) var width = 0
    private var rows: [[Bucket]] = [[]]
    private var total = 0.0
    private var spread = 0.0
    private var time = 0

    /// Creates an empty window.
    public init(delta: Double = 0.002, clock: Int = 32) {
        precondition(delta > 0 && delta < 1 && clock > 0, "delta \(delta), clock \(clock)")
        self.delta = delta
        self.clock = clock
    }

    /// The mean of the window; 0 when it is empty.
    public var mean: Double { width > 0 ? total / Double(width) : 0 }

    /// Adds a value.
    /// - Returns: how the mean changed, when the window had to be cut.
    public mutating func add(_ value: Double) -> Change? {
        let before = mean
        insert(value)
        time += 1
        guard time % clock == 0, width > Self.leastWindow else { return nil }
        var isCut = false
        while hasChange() {
            removeOldest()
            isCut = true
        }
        guard isCut else { return nil }
        return mean > before ? .increase : .decrease
    }

    private mutating func insert(_ value: Double) {
        if width > 0 {
            let deviation = value - mean
            spread += Double(width) * deviation * deviation / Double(width + 1)
        }
        width += 1
        total += value
        rows[0].append(Bucket(total: value, spread: 0))
        var row = 0
        while rows[row].count > Self.bucketsPerRow {
            if row + 1 == rows.count { rows.append([]) }
            let (first, second) = (rows[row][0], rows[row][1])
            let size = Double(1 << row)
            let gap = (first.total - second.total) / size
            let merged = first.spread + second.spread + size * gap * gap / 2
            rows[row + 1].append(Bucket(total: first.total + second.total, spread: merged))
            rows[row].removeFirst(2)
            row += 1
        }
    }

    /// Whether the window's means on both sides of some border differ.
    private func hasChange() -> Bool {
        guard width > 1 else { return false }
        let confidence = log(2 * log(Double(width)) / delta)
        let variance = spread / Double(width)
        var (older, olderTotal) = (0, 0.0)
        for row in rows.indices.reversed() {
            for bucket in rows[row] {
                older += 1 << row
                olderTotal += bucket.total
                let newer = width - older
                guard older > Self.leastPart, newer > Self.leastPart else { continue }
                let gap = olderTotal / Double(older) - (total - olderTotal) / Double(newer)
                let m = 1 / Double(older - Self.leastPart + 1) + 1 / Double(newer - Self.leastPart + 1)
                if abs(gap) > (2 * m * variance * confidence).squareRoot() + 2.0 / 3 * confidence * m { return true }
            }
        }
        return false
    }

    private mutating func removeOldest() {
        let row = rows.count - 1
        let bucket = rows[row].removeFirst()
        let size = 1 << row
        width -= size
        total -= bucket.total
        let gap = bucket.total / Double(size) - mean
        spread -= bucket.spread + Double(size) * Double(width) * gap * gap / Double(size + width)
        // Rounding must not leave a variance below zero, whose root is not a number.
        spread = max(spread, 0)
        while rows.count > 1, rows[rows.count - 1].isEmpty { rows.removeLast() }
    }
}
