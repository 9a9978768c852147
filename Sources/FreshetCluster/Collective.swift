import FreshetCore

/// Processes that work on one thing together, its ranks: each calls the same operations in the same order.
///
/// A transport gives one operation, ``exchange(_:)``, and all others are made of it here. So they are the same on every
/// transport, to the last bit: sums are taken in the order of the ranks, each part of them by one rank for all.
public protocol Collective: AnyObject, Sendable {
    /// The number of this process, from 0.
    var rank: Int { get }
    /// How many processes there are.
    var ranks: Int { get }

    /// Sends a message to every rank and receives one from every rank (all-to-all).
    ///
    /// - Parameter messages: one for each rank, in their order; the one for this rank comes back as it is.
    /// - Returns: what each rank sent to this one, in the order of the ranks.
    /// - Throws: ``FreshetError`` of kind `external` when a rank is lost; no further operation works after that.
    func exchange(_ messages: [[UInt8]]) throws -> [[UInt8]]
}

extension Collective {
    /// Whether this rank speaks for all: it alone writes files and answers.
    public var isFirst: Bool { rank == 0 }

    /// Gives every rank what each has (all-gather), in the order of the ranks.
    public func gather(_ message: [UInt8]) throws -> [[UInt8]] {
        try exchange(Array(repeating: message, count: ranks))
    }

    /// Gives every rank the numbers that each has, in the order of the ranks.
    public func gather<Number: BitwiseCopyable>(numbers: [Number]) throws -> [[Number]] {
        try gather(MessageBytes(numbers).bytes).enumerated().map { rank, message in
            var reader = MessageReader(message, from: rank)
            let numbers = try reader.numbers(message.count / MemoryLayout<Number>.stride, of: Number.self)
            try reader.end()
            return numbers
        }
    }

    /// Gives every rank what one has.
    public func broadcast(_ message: [UInt8], from root: Int = 0) throws -> [UInt8] {
        try exchange(Array(repeating: rank == root ? message : [], count: ranks))[root]
    }

    /// Returns when every rank has come here.
    public func barrier() throws { _ = try gather([]) }

    /// Sums numbers over the ranks, place by place (all-reduce).
    public func sum(_ numbers: inout [Double]) throws {
        let all = try gather(MessageBytes(numbers).bytes)
        numbers = Array(repeating: 0, count: numbers.count)
        for (rank, message) in all.enumerated() {
            var reader = MessageReader(message, from: rank)
            for (place, number) in try reader.numbers(numbers.count, of: Double.self).enumerated() {
                numbers[place] = rank == 0 ? number : numbers[place] + number
            }
            try reader.end()
        }
    }

    /// The part that a rank takes of a number of things: consecutive ones, as even as can be.
    public func part(of count: Int, for rank: Int) -> Range<Int> {
        count * rank / ranks..<count * (rank + 1) / ranks
    }
}

/// One process that works alone.
public final class SingleRank: Collective {
    /// 0.
    public let rank = 0
    /// 1.
    public let ranks = 1

    /// Creates it.
    public init() {}

    /// Gives the message back.
    public func exchange(_ messages: [[UInt8]]) throws -> [[UInt8]] {
        precondition(messages.count == 1, "\(messages.count) messages for one rank")
        return messages
    }
}
