import CFreshetKernels
import FreshetCore
import FreshetNN
import FreshetTensor

/// A table of vectors that no rank holds whole: each has consecutive rows of it, as even as can be, and their moments.
///
/// Model parallel, for tables that outgrow a machine. A step asks the owners for the rows that it needs and sends them
/// their gradients (all-to-all); owners add these up in the order of the ranks and make the optimizer's step on their
/// rows. All ranks call the same operations in the same order, each with rows of its own.
public final class ShardedTable {
    /// Rows of the whole table, `V`.
    public let rows: Int
    /// Columns, `C`.
    public let columns: Int
    /// The rows that this rank holds.
    public let held: Range<Int>

    private let collective: any Collective
    private let set = ParameterSet()
    private let shard: Parameter
    private let gradients: Gradients
    private let optimizer: AdamW

    /// Draws a table whose numbers do not depend on the number of ranks.
    ///
    /// - Parameters:
    ///   - rows: rows of the whole table; at least one a rank.
    ///   - columns: columns.
    ///   - deviation: the standard deviation of the numbers.
    ///   - seed: the seed; each row has a stream of its own.
    ///   - collective: the ranks.
    ///   - weightDecay: AdamW's weight decay of the rows that a step touches.
    public init(
        rows: Int,
        columns: Int,
        deviation: Float,
        seed: UInt64,
        over collective: any Collective,
        weightDecay: Float = 0
    ) {
        precondition(rows >= collective.ranks, "\(rows) rows for \(collective.ranks) ranks")
        (self.rows, self.columns, self.collective) = (rows, columns, collective)
        held = collective.part(of: rows, for: collective.rank)
        var unused = RandomSource(seed: seed)
        shard = set.make("rows", rows: held.count, columns: columns, .constant(0), layout: .rows, using: &unused)
        for row in held {
            var random = RandomSource.stream(seed: seed, UInt64(row))
            let start = (row - held.lowerBound) * columns
            for place in start..<start + columns { shard.values[place] = deviation * random.normal() }
        }
        gradients = Gradients(for: set)
        optimizer = AdamW(set, weightDecay: weightDecay)
    }

    /// Fetches rows from wherever they are.
    ///
    /// - Parameter wanted: the rows, in any order and as often as one likes.
    /// - Returns: their numbers one after another, `wanted.count` × ``columns``.
    /// - Throws: ``FreshetError`` of kind `external` when a rank is lost.
    public func lookUp(_ wanted: [Int32]) throws -> [Float] {
        let asked = try collective.exchange(byOwner(wanted).map { MessageBytes($0).bytes })
        let answers = try asked.enumerated().map { rank, message in
            var numbers: [Float] = []
            for row in try places(message, from: rank) {
                let start = row * columns
                numbers.append(contentsOf: shard.values[start..<start + columns])
            }
            return MessageBytes(numbers).bytes
        }
        var readers = try collective.exchange(answers).enumerated().map { MessageReader($1, from: $0) }
        var numbers: [Float] = []
        numbers.reserveCapacity(wanted.count * columns)
        for row in wanted { numbers += try readers[owner(of: row)].numbers(columns, of: Float.self) }
        for reader in readers { try reader.end() }
        return numbers
    }

    /// Makes a step along the gradients of all ranks.
    ///
    /// - Parameters:
    ///   - touched: the rows that this rank has gradients of; those of the same row are added up.
    ///   - numbers: the gradients one after another, `touched.count` × ``columns``.
    ///   - rate: the learning rate.
    ///   - pool: the threads.
    /// - Throws: ``FreshetError`` of kind `external` when a rank is lost.
    public func step(_ touched: [Int32], _ numbers: [Float], rate: Float, pool: ThreadPool) throws {
        precondition(numbers.count == touched.count * columns, "\(numbers.count) numbers for \(touched.count) rows")
        var messages = byOwner(touched).map { MessageBytes([Int32($0.count)] + $0) }
        for (place, row) in touched.enumerated() {
            messages[owner(of: row)].append(Array(numbers[place * columns..<(place + 1) * columns]))
        }
        gradients.reset()
        let rows = gradients.rows(shard)
        for (rank, message) in try collective.exchange(messages.map(\.bytes)).enumerated() {
            var reader = MessageReader(message, from: rank)
            let count = Int(try reader.number(of: Int32.self))
            for row in try reader.numbers(count, of: Int32.self) {
                let gradient = try reader.numbers(columns, of: Float.self)
                freshet_axpy(rows.row(Int32(try place(of: row, from: rank))), gradient, 1, columns)
            }
            try reader.end()
        }
        optimizer.step(gradients, rate: rate, gradientScale: 1, pool: pool)
    }

    private func owner(of row: Int32) -> Int {
        precondition(0..<rows ~= Int(row), "row \(row) of \(rows)")
        // The last rank whose part begins at the row or before it.
        return ((Int(row) + 1) * collective.ranks - 1) / rows
    }

    private func byOwner(_ rows: [Int32]) -> [[Int32]] {
        var lists = [[Int32]](repeating: [], count: collective.ranks)
        for row in rows { lists[owner(of: row)].append(row) }
        return lists
    }

    private func places(_ message: [UInt8], from rank: Int) throws -> [Int] {
        var reader = MessageReader(message, from: rank)
        let rows = try reader.numbers(message.count / 4, of: Int32.self)
        try reader.end()
        return try rows.map { try place(of: $0, from: rank) }
    }

    /// Where a row of the whole table lies in this rank's.
    private func place(of row: Int32, from rank: Int) throws -> Int {
        guard held ~= Int(row) else {
            throw FreshetError(
                .external,
                "Rank \(rank) looks for row \(row) at rank \(collective.rank), which holds \(held).",
                remedy: "Start every rank from the same build, with the same data and options."
            )
        }
        return Int(row) - held.lowerBound
    }
}
