import Foundation

/// The ranks of the newest outcomes, up to a number of them or all: one byte an outcome, `O(1)` an addition.
public struct RankWindow: Sendable, Equatable, Codable {
    /// How many outcomes are looked back on; `nil` is all.
    public let capacity: Int?
    /// The ranks in the window.
    public private(set) var histogram: RankHistogram
    /// The outcomes in the window as a ring; `Data`, because JSON then holds it as one text.
    private var ring = Data()
    private var oldest = 0

    /// Creates an empty window over the ranks `1 ... depth`.
    public init(capacity: Int?, depth: Int) {
        precondition(capacity ?? 1 > 0, "a window of \(capacity ?? 0) outcomes")
        self.capacity = capacity
        histogram = RankHistogram(depth: depth)
    }

    /// Adds a rank, `nil` for a miss; the oldest leaves a full window.
    public mutating func add(_ rank: Int?) {
        let code = histogram.code(of: rank)
        histogram.add(code: code)
        guard let capacity else { return }
        if ring.count < capacity {
            ring.append(code)
        } else {
            histogram.remove(code: ring[oldest])
            ring[oldest] = code
            oldest = oldest + 1 == capacity ? 0 : oldest + 1
        }
    }
}
