import Foundation
import FreshetCore
import FreshetData
import FreshetNN
import FreshetTensor

/// What a ``FactorizationMachine`` has learned: numbers for each feature, and the log odds of a row without features.
public struct FactorizationWeights: Sendable, Equatable {
    private let shape: FactorizationShape
    /// Shape `[features, stride]`.
    private var table: [Float]
    private var bias: Float = 0
    /// The sums of the squared gradients so far, in the shape of the numbers; empty where nothing is learned any more.
    private(set) var seen: [Float]
    private var seenOfBias: Float = 0

    /// How many features there are.
    public var featureCount: Int { table.count / shape.stride }

    /// Weights that know nothing: vectors near zero.
    init(_ configuration: FactorizationMachine.Configuration, featureCount: Int, fieldCount: Int, seed: UInt64) {
        shape = FactorizationShape(configuration, fieldCount: fieldCount)
        table = [Float](repeating: 0, count: featureCount * shape.stride)
        seen = table
        var random = RandomSource.stream(seed: seed, 0xFAC)
        let deviation = Float(configuration.deviation)
        for feature in 0..<featureCount {
            for place in 0..<shape.vectors { table[feature * shape.stride + place] = deviation * random.normal() }
        }
    }

    /// Whether every number is finite.
    var areFinite: Bool { bias.isFinite && table.allSatisfy(\.isFinite) }

    /// Goes through rows once, a step each.
    ///
    /// - Parameters:
    ///   - rows: the rows.
    ///   - order: which of them, in which order.
    ///   - configuration: the length of the steps.
    ///   - pause: called every few thousand rows with how many are done.
    /// - Returns: the mean loss of the rows, each foretold before it was learned.
    /// - Throws: what `pause` throws.
    mutating func learn(
        _ rows: LabelledRows,
        _ order: [Int],
        _ configuration: FactorizationMachine.Configuration,
        pause: (_ done: Int) throws -> Void = { _ in }
    ) throws -> Double {
        let (rate, decay) = (Float(configuration.learningRate), Float(configuration.regularization))
        let shape = shape
        var (bias, seenOfBias, loss) = (bias, seenOfBias, 0.0)
        try table.withUnsafeMutableBufferPointer { table in
            try seen.withUnsafeMutableBufferPointer { seen in
                try withUnsafeTemporaryAllocation(of: Float.self, capacity: shape.factors) { sums in
                    try rows.withEntries { entries in
                        guard let table = table.baseAddress, let seen = seen.baseAddress, let sums = sums.baseAddress
                        else { return }
                        for (done, place) in order.enumerated() {
                            if done % 4096 == 0 { try pause(done) }
                            let (row, label) = (entries(place), rows.labels[place])
                            let output = bias + shape.output(of: row, table, sums: sums)
                            loss += Self.loss(output, label)
                            let slope = 1 / (1 + exp(-output)) - label
                            shape.step(row, table, seen, sums: sums, slope: slope, rate: rate, decay: decay)
                            seenOfBias += slope * slope
                            bias -= rate * slope / (seenOfBias.squareRoot() + 1e-10)
                        }
                    }
                }
            }
        }
        (self.bias, self.seenOfBias) = (bias, seenOfBias)
        return loss / Double(max(order.count, 1))
    }

    /// Checks that rows hold nothing unknown.
    /// - Throws: ``FreshetError`` of kind `invalidData` that says what.
    public func check(_ rows: LabelledRows) throws {
        let fields = shape.kind == .fieldAware ? rows.fieldCount : 0
        for (name, count, known) in [
            ("feature", rows.featureCount, featureCount), ("field", fields, shape.fieldCount),
        ] where count > known {
            throw FreshetError(
                .invalidData,
                "The rows have the \(name) \(count - 1), and what was learned from had none above \(known - 1).",
                remedy: "Number the \(name)s of all files together before training."
            )
        }
    }

    /// The log odds of rows, of whose features and fields none may be unknown.
    public func outputs(of rows: LabelledRows) -> [Float] {
        precondition(rows.featureCount <= featureCount, "\(rows.featureCount) features, \(featureCount) known")
        guard featureCount > 0 else { return Array(repeating: bias, count: rows.count) }
        return table.withUnsafeBufferPointer { table in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: shape.factors) { sums in
                rows.withEntries { entries in
                    (0..<rows.count).map {
                        bias + shape.output(of: entries($0), table.baseAddress!, sums: sums.baseAddress!)
                    }
                }
            }
        }
    }

    /// The log loss of a row: log(1 + e^z) - y·z, without overflow.
    static func loss(_ output: Float, _ label: Float) -> Double {
        Double(max(output, 0) - label * output) + log1p(exp(-Double(abs(output))))
    }
}

extension FactorizationWeights {
    /// The numbers as named arrays.
    func checkpoint() -> Checkpoint {
        Checkpoint(arrays: [
            "table": StoredArray(table, shape: [featureCount, shape.stride]),
            "bias": StoredArray([bias]),
            "fields": StoredArray([Int32(shape.fieldCount)]),
        ])
    }

    /// The weights that ``checkpoint()`` described, which learn no more.
    /// - Throws: ``FreshetError`` of kind `invalidData` when arrays are missing or do not fit.
    init(from checkpoint: Checkpoint, _ configuration: FactorizationMachine.Configuration) throws {
        let fieldCount = try checkpoint.numbers("fields", of: Int32.self, shape: [1])[0]
        guard (1...1 << 16).contains(fieldCount) else {
            throw FreshetError(.invalidData, "Array 'fields' says that there are \(fieldCount) fields.")
        }
        shape = FactorizationShape(configuration, fieldCount: Int(fieldCount))
        table = try checkpoint.finiteNumbers("table", shape: [nil, shape.stride])
        bias = try checkpoint.finiteNumbers("bias", shape: [1])[0]
        seen = []
    }
}
