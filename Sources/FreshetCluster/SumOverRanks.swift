import FreshetCore
import Synchronization

/// A sum over the ranks that is taken again and again, such as that of a step's gradients, in a form for the wire.
///
/// Each rank sums one part for all, in the order of the ranks (reduce-scatter, then all-gather), so what travels does not
/// grow with the number of ranks, and every rank has the same bits. Of the largest numbers alone every rank gets those of all.
public final class SumOverRanks: Sendable {
    private let collective: any Collective
    private let format: WireFormat
    private let rest = Mutex(Rest())

    /// What did not travel yet.
    private struct Rest {
        /// Of this rank's numbers.
        var own: [Float] = []
        /// Of the part that this rank sums.
        var summed: [Float] = []
    }

    /// Prepares sums.
    public init(_ collective: any Collective, as format: WireFormat = .float32) {
        self.collective = collective
        self.format = format
    }

    /// Replaces numbers by their sums over the ranks, which all call it with as many.
    /// - Throws: ``FreshetError`` of kind `external` when a rank is lost.
    public func callAsFunction(_ numbers: inout [Float]) throws {
        guard collective.ranks > 1 else { return }
        try rest.withLock { rest in
            if case .largest = format {
                try sumLargest(&numbers, &rest)
            } else {
                try sumParts(&numbers, &rest)
            }
        }
    }

    private func sumParts(_ numbers: inout [Float], _ rest: inout Rest) throws {
        let count = numbers.count
        let parts = (0..<collective.ranks).map { collective.part(of: count, for: $0) }
        let mine = parts[collective.rank]
        Self.carry(rest.own, into: &numbers)
        let received = try collective.exchange(
            numbers.withUnsafeBufferPointer { numbers in
                parts.map { format.encode(UnsafeBufferPointer(rebasing: numbers[$0])) }
            }
        )
        var sum = try sum(received, count: mine.count)
        try keep(of: numbers, parts, into: &rest.own)
        Self.carry(rest.summed, into: &sum)
        let all = try collective.gather(sum.withUnsafeBufferPointer(format.encode))
        for (rank, part) in parts.enumerated() {
            numbers.replaceSubrange(part, with: try format.decode(all[rank], count: part.count, from: rank))
        }
        guard format.feedsBack else { return }
        rest.summed = zip(sum, numbers[mine]).map { $0 - $1 }
    }

    private func sumLargest(_ numbers: inout [Float], _ rest: inout Rest) throws {
        Self.carry(rest.own, into: &numbers)
        let bytes = numbers.withUnsafeBufferPointer(format.encode)
        rest.own = zip(numbers, try format.decode(bytes, count: numbers.count, from: collective.rank)).map { $0 - $1 }
        numbers = try sum(try collective.gather(bytes), count: numbers.count)
    }

    private func sum(_ messages: [[UInt8]], count: Int) throws -> [Float] {
        var sum = try format.decode(messages[0], count: count, from: 0)
        for (rank, message) in messages.enumerated().dropFirst() {
            let numbers = try format.decode(message, count: count, from: rank)
            for place in sum.indices { sum[place] += numbers[place] }
        }
        return sum
    }

    /// Remembers what the form takes away from the parts of some numbers.
    private func keep(of numbers: [Float], _ parts: [Range<Int>], into rest: inout [Float]) throws {
        guard format.feedsBack else { return }
        rest = numbers
        for part in parts {
            let bytes = numbers[part].withUnsafeBufferPointer(format.encode)
            for (place, number) in zip(part, try format.decode(bytes, count: part.count, from: collective.rank)) {
                rest[place] -= number
            }
        }
    }

    private static func carry(_ rest: [Float], into numbers: inout [Float]) {
        precondition(rest.isEmpty || rest.count == numbers.count, "\(numbers.count) numbers after \(rest.count)")
        for place in rest.indices { numbers[place] += rest[place] }
    }
}
