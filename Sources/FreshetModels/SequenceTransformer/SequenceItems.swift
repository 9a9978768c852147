import CFreshetKernels
import Foundation
import FreshetCore
import FreshetNN
import FreshetTensor

/// The items' vectors of a transformer that serves: as they were trained, or in fewer bits.
enum SequenceItems: Sendable {
    /// `[V, C]`.
    case floats(Parameter)
    /// `[V, C]`.
    case compressed(CompressedRows)

    /// The vectors of some items, `[N, C]`.
    func callAsFunction(_ items: UnsafeBufferPointer<Int32>, on tape: Tape) -> Tensor {
        switch self {
        case .floats(let table): tape.gather(table, items)
        case .compressed(let rows): tape.gather(rows, items)
        }
    }

    /// Writes the vectors of some items, one after another.
    func copy(_ items: UnsafeBufferPointer<Int32>, into vectors: UnsafeMutablePointer<Float>) {
        switch self {
        case .floats(let table):
            guard let first = items.baseAddress else { return }
            freshet_gather(vectors, table.pointer, first, items.count, table.columns)
        case .compressed(let rows): rows.copy(items, into: vectors)
        }
    }

    /// Writes the products of `B` users' vectors with every item, `[B, V]`.
    func multiply(_ users: UnsafePointer<Float>, _ count: Int, into scores: UnsafeMutablePointer<Float>) {
        switch self {
        case .floats(let table):
            FreshetTensor.multiply(
                MatrixView(users, count, table.columns),
                table.matrix.transposed,
                into: MutableMatrixView(scores, count, table.rows)
            )
        case .compressed(let rows): rows.multiply(users, count, into: scores)
        }
    }

    // MARK: In a checkpoint

    private static let floats = "items"
    private static let scales = "items.scales"

    private static func levels(_ precision: CompressedRows.Precision) -> String { "items.\(precision.rawValue)" }

    /// The arrays of a checkpoint.
    var arrays: [String: StoredArray] {
        switch self {
        case .floats(let table): return [table].arrays(sharingMemory: true)
        case .compressed(let rows):
            let scales = rows.scales.numbers
            return [
                Self.levels(rows.precision): StoredArray(
                    rows.levels,
                    shape: [rows.rows, rows.levels.count / rows.rows],
                    sharingMemory: true
                ),
                Self.scales: StoredArray(
                    elementType: .bfloat16,
                    shape: [rows.rows, scales.count / rows.rows],
                    bytes: Data(buffer: scales)
                ),
            ]
        }
    }

    /// The vectors of a checkpoint.
    /// - Throws: ``FreshetError`` of kind `invalidData` when arrays are missing or do not fit.
    init(_ checkpoint: Checkpoint, items V: Int, channels C: Int) throws {
        let precisions = CompressedRows.Precision.allCases.filter { checkpoint.arrays[Self.levels($0)] != nil }
        guard let precision = precisions.first else {
            var random = RandomSource(seed: 0)
            let table = ParameterSet().make(Self.floats, rows: V, columns: C, .constant(0), using: &random)
            try [table].restore(checkpoint)
            self = .floats(table)
            return
        }
        guard precisions.count == 1, checkpoint.arrays[Self.floats] == nil else {
            throw FreshetError(.invalidData, "The checkpoint has the items' vectors in more than one form.")
        }
        let levels = try checkpoint.array(
            Self.levels(precision),
            .uint8,
            shape: [V, CompressedRows.levelBytes(columns: C, precision)]
        )
        let scales = try checkpoint.array(
            Self.scales,
            .bfloat16,
            shape: [V, CompressedRows.scaleCount(columns: C, precision)]
        )
        let rows = CompressedRows(rows: V, columns: C, precision) { targetLevels, targetScales in
            levels.withBytes { UnsafeMutableRawBufferPointer(targetLevels).copyMemory(from: $0) }
            scales.withBytes { UnsafeMutableRawBufferPointer(targetScales).copyMemory(from: $0) }
        }
        // Seven ones and another are the exponent of what is infinite or not a number; a sign would turn a row around.
        guard rows.scales.numbers.allSatisfy({ $0 < 0x7F80 }) else {
            throw FreshetError(.invalidData, "Array '\(Self.scales)' holds a scale that is none.")
        }
        self = .compressed(rows)
    }
}

extension Checkpoint {
    /// An array as it is stored, checked.
    fileprivate func array(_ name: String, _ type: StoredArray.ElementType, shape: [Int]) throws -> StoredArray {
        guard let array = arrays[name], array.elementType == type, array.shape == shape else {
            let found = arrays[name].map { "\($0.elementType.rawValue) of shape \($0.shape)" } ?? "missing"
            throw FreshetError(
                .invalidData,
                "Array '\(name)' is \(found), not \(type.rawValue) of shape \(shape)."
            )
        }
        return array
    }
}
