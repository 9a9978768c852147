import CFreshetKernels
import FreshetCore
import FreshetData

/// How the numbers of a factorization machine lie, and what is computed from those of one row of features.
struct FactorizationShape: Sendable, Equatable {
    /// What pairs have vectors.
    let kind: FactorizationMachine.Kind
    /// The length of a vector.
    let factors: Int
    /// How many fields have a vector; 1 for the plain kind.
    let fieldCount: Int

    init(_ configuration: FactorizationMachine.Configuration, fieldCount: Int) {
        kind = configuration.kind
        factors = configuration.factors
        self.fieldCount = kind == .plain ? 1 : max(fieldCount, 1)
    }

    /// How many numbers the vectors of a feature have.
    var vectors: Int { factors * fieldCount }
    /// How many numbers a feature has: its vectors, zeros up to a whole vector register, and its own weight, which stands
    /// behind the vector of the plain kind and last of the field-aware one.
    var stride: Int { (vectors + 1 + 7) / 8 * 8 }

    /// The log odds of a row less those of an empty one.
    ///
    /// - Parameters:
    ///   - row: the row.
    ///   - table: the numbers of all features.
    ///   - sums: room for ``factors`` numbers, which ``step(_:_:_:sums:slope:rate:decay:)`` reads.
    /// - Returns: the sum of weights and pairs.
    @inline(__always)
    func output(
        of row: RowEntries,
        _ table: UnsafePointer<Float>,
        sums: UnsafeMutablePointer<Float>
    ) -> Float {
        switch kind {
        case .plain:
            freshet_machine_output(sums, table, row.features, row.values, row.count, factors, stride)
        case .fieldAware:
            freshet_field_machine_output(table, row.features, row.fields, row.values, row.count, factors, stride)
        }
    }

    /// One step against the derivative of a row's loss by its output.
    @inline(__always)
    func step(
        _ row: RowEntries,
        _ table: UnsafeMutablePointer<Float>,
        _ seen: UnsafeMutablePointer<Float>,
        sums: UnsafePointer<Float>,
        slope: Float,
        rate: Float,
        decay: Float
    ) {
        let (N, K, S) = (row.count, factors, stride)
        switch kind {
        case .plain:
            freshet_machine_step(table, seen, sums, row.features, row.values, slope, rate, decay, N, K, S)
        case .fieldAware:
            freshet_field_machine_step(table, seen, row.features, row.fields, row.values, slope, rate, decay, N, K, S)
        }
    }
}

/// The features of one row, lent.
struct RowEntries {
    let features: UnsafePointer<Int32>
    let fields: UnsafePointer<Int32>
    let values: UnsafePointer<Float>
    let count: Int
}

extension LabelledRows {
    /// Lends the features of every row.
    func withEntries<Result>(_ body: ((_ row: Int) -> RowEntries) throws -> Result) rethrows -> Result {
        try features.columns.withUnsafeBufferPointer { columns in
            try fields.withUnsafeBufferPointer { fields in
                try features.values.withUnsafeBufferPointer { values in
                    try features.offsets.withUnsafeBufferPointer { offsets in
                        // Rows of which none has a feature have no memory: then nothing is read.
                        try withUnsafeTemporaryAllocation(byteCount: 4, alignment: 4) { nothing in
                            let none = UnsafeRawPointer(nothing.baseAddress!)
                            let columns = columns.baseAddress ?? none.assumingMemoryBound(to: Int32.self)
                            let fields = fields.baseAddress ?? none.assumingMemoryBound(to: Int32.self)
                            let values = values.baseAddress ?? none.assumingMemoryBound(to: Float.self)
                            return try body { row in
                                let start = offsets[row]
                                return RowEntries(
                                    features: columns + start,
                                    fields: fields + start,
                                    values: values + start,
                                    count: offsets[row + 1] - start
                                )
                            }
                        }
                    }
                }
            }
        }
    }
}
