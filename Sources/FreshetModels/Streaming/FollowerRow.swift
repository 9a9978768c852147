import CFreshetKernels
import Foundation

/// What was chosen around one item, with decayed weights; the number of followers is bounded.
///
/// The weights stand as of `reference`: an event adds `weight · 2^((t - reference) / h)`, and once that grows large the
/// row is brought forward. A full row drops its weakest quarter, so that room is made once for many newcomers and each
/// of them has time to prove itself.
struct FollowerRow: Sendable {
    private(set) var items: [Int32] = []
    private(set) var weights: [Float] = []
    private var reference: Int64 = 0

    /// The largest power of two by which a weight stands above its worth at `reference`.
    private static let largestExponent = 20.0

    init() {}

    init(items: [Int32], weights: [Float], reference: Int64) {
        (self.items, self.weights, self.reference) = (items, weights, reference)
    }

    var storedReference: Int64 { reference }

    /// Adds to a follower.
    ///
    /// - Parameters:
    ///   - item: the follower.
    ///   - weight: what it counts, above 0.
    ///   - time: when, in seconds since 1970.
    ///   - rate: one over the half-life in seconds, 0 for none.
    ///   - limit: how many followers are kept.
    mutating func add(_ item: Int32, _ weight: Float, at time: Int64, rate: Double, limit: Int) {
        let scaled = weight * scale(at: time, rate: rate)
        let place = place(of: item)
        if place < items.count {
            weights[place] += scaled
            return
        }
        if items.count == limit { keepStrongest(limit - max(1, limit / 4)) }
        makeRoom(limit)
        items.append(item)
        weights.append(scaled)
    }

    /// Room for a quarter more, where an array by itself would double: most rows of a long catalogue stay short.
    private mutating func makeRoom(_ limit: Int) {
        guard items.count == items.capacity || weights.count == weights.capacity else { return }
        let room = min(limit, items.count + max(4, items.count / 4))
        items.reserveCapacity(room)
        weights.reserveCapacity(room)
    }

    /// What a stored weight is worth at a time.
    func worth(at time: Int64, rate: Double) -> Float {
        rate == 0 ? 1 : Self.power(-max(0, Double(time - reference) * rate))
    }

    /// How a weight of a time is stored, after the row was brought forward if need be.
    private mutating func scale(at time: Int64, rate: Double) -> Float {
        guard rate > 0 else { return 1 }
        if items.isEmpty { reference = time }
        let exponent = Double(time - reference) * rate
        guard exponent > Self.largestExponent else { return Self.power(exponent) }
        let factor = Self.power(-exponent)
        for index in weights.indices { weights[index] *= factor }
        reference = time
        return 1
    }

    private static func power(_ exponent: Double) -> Float { Float(exp2(exponent)) }

    /// The place of a follower, or the end.
    private func place(of item: Int32) -> Int {
        items.withUnsafeBufferPointer { items in
            guard let start = items.baseAddress else { return 0 }
            return freshet_find(start, items.count, item)
        }
    }

    /// Drops all but the strongest followers; of equals those who came first stay.
    private mutating func keepStrongest(_ count: Int) {
        let threshold = highest(count, of: weights)
        var ties = count - weights.count { $0 > threshold }
        var kept = 0
        for index in items.indices {
            let weight = weights[index]
            guard weight >= threshold else { continue }
            if weight == threshold {
                guard ties > 0 else { continue }
                ties -= 1
            }
            items[kept] = items[index]
            weights[kept] = weight
            kept += 1
        }
        items.removeSubrange(kept...)
        weights.removeSubrange(kept...)
    }
}

/// The lowest of the `count` highest numbers, by Hoare's quickselect.
private func highest(_ count: Int, of numbers: [Float]) -> Float {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: numbers.count) { copy in
        _ = copy.initialize(fromContentsOf: numbers)
        var (low, high) = (0, copy.count - 1)
        while low < high {
            let pivot = copy[(low + high) / 2]
            var (left, right) = (low, high)
            while left <= right {
                while copy[left] > pivot { left += 1 }
                while copy[right] < pivot { right -= 1 }
                guard left <= right else { break }
                copy.swapAt(left, right)
                left += 1
                right -= 1
            }
            if count - 1 <= right { high = right } else if count - 1 >= left { low = left } else { break }
        }
        return copy[count - 1]
    }
}
