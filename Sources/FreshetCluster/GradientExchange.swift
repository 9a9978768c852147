import CFreshetKernels
import FreshetTensor

/// Adds a step's gradients up over the ranks: dense ones are summed, touched rows are gathered and added.
///
/// Both in the order of the ranks, as ``Gradients/merge(_:pool:)`` does in the order of the workers: ranks of one thread
/// make the same bits as one rank of as many threads.
public final class GradientExchange {
    private let set: ParameterSet
    private let collective: any Collective
    private let sum: SumOverRanks
    private let format: WireFormat

    /// Prepares for the gradients of a set of parameters.
    ///
    /// - Parameters:
    ///   - set: the parameters, in the same order on every rank.
    ///   - collective: the ranks.
    ///   - format: in what form dense gradients travel; rows travel whole, or as `bfloat16` where these do not.
    public init(_ set: ParameterSet, over collective: any Collective, as format: WireFormat = .float32) {
        self.set = set
        self.collective = collective
        self.format = format == .float32 ? .float32 : .bfloat16
        sum = SumOverRanks(collective, as: format)
    }

    /// Replaces the gradients of this rank by those of all.
    ///
    /// - Parameters:
    ///   - gradients: the merged gradients of this rank's share of a step.
    ///   - figures: a few numbers to be summed with them, whole.
    /// - Returns: the sums of the figures.
    /// - Throws: `FreshetError` of kind `external` when a rank is lost.
    public func callAsFunction(_ gradients: Gradients, with figures: [Double] = []) throws -> [Double] {
        try sumDense(gradients)
        let tables = set.parameters.filter { $0.layout == .rows }
        var message = MessageBytes(figures)
        for table in tables { append(gradients.rows(table), of: table, to: &message) }
        let all = try collective.gather(message.bytes)
        for table in tables { gradients.rows(table).reset() }
        var sums = figures
        for (rank, message) in all.enumerated() {
            var reader = MessageReader(message, from: rank)
            let theirs = try reader.numbers(figures.count, of: Double.self)
            sums = rank == 0 ? theirs : zip(sums, theirs).map { $0 + $1 }
            for table in tables { try add(&reader, from: rank, to: gradients.rows(table), of: table) }
            try reader.end()
        }
        return sums
    }

    private func sumDense(_ gradients: Gradients) throws {
        let dense = set.parameters.filter { $0.layout == .dense }
        var numbers: [Float] = []
        numbers.reserveCapacity(dense.reduce(0) { $0 + $1.count })
        for parameter in dense {
            numbers.append(contentsOf: UnsafeBufferPointer(start: gradients.dense(parameter), count: parameter.count))
        }
        try sum(&numbers)
        numbers.withUnsafeBufferPointer { numbers in
            var place = 0
            for parameter in dense {
                let part = UnsafeBufferPointer(rebasing: numbers[place..<place + parameter.count])
                _ = UnsafeMutableBufferPointer(start: gradients.dense(parameter), count: parameter.count)
                    .update(from: part)
                place += parameter.count
            }
        }
    }

    private func append(_ rows: RowGradients, of table: Parameter, to message: inout MessageBytes) {
        message.append(Int32(rows.touched.count))
        message.append(rows.touched)
        for slot in rows.touched.indices {
            let row = UnsafeBufferPointer<Float>(start: rows.gradient(atSlot: slot), count: table.columns)
            message.append(format.encode(row))
        }
    }

    private func add(
        _ reader: inout MessageReader,
        from rank: Int,
        to rows: RowGradients,
        of table: Parameter
    ) throws {
        let touched = try reader.numbers(Int(reader.number(of: Int32.self)), of: Int32.self)
        let size = table.columns * (format == .float32 ? 4 : 2)
        for row in touched {
            let numbers = try format.decode(reader.numbers(size), count: table.columns, from: rank)
            guard 0..<table.rows ~= Int(row) else { throw RankError.row(row, of: table, from: rank) }
            freshet_axpy(rows.row(row), numbers, 1, table.columns)
        }
    }
}
