import Foundation
import FreshetNN
import FreshetTensor

/// Who trains a model together, and how they keep together.
public struct DataParallel: Sendable {
    /// The ranks; one unless given.
    public var collective: any Collective = SingleRank()
    /// In what form gradients, or the changes between two meetings, travel.
    public var format = WireFormat.float32
    /// How often the ranks meet.
    public var local = LocalSteps.Settings()

    /// One rank.
    public init() {}

    /// Several ranks.
    public init(
        _ collective: any Collective,
        format: WireFormat = .float32,
        local: LocalSteps.Settings = LocalSteps.Settings()
    ) {
        self.collective = collective
        self.format = format
        self.local = local
    }
}

extension Collective {
    /// Gives every rank the checkpoint that rank 0 has; `nil` where it has none.
    /// - Throws: `FreshetError` of kind `external` when a rank is lost.
    package func share(_ checkpoint: Checkpoint?) throws -> Checkpoint? {
        var bytes: [UInt8] = []
        if isFirst { checkpoint?.forEachPart { bytes.append(contentsOf: $0) } }
        let shared = try broadcast(bytes)
        guard !isFirst else { return checkpoint }
        return shared.isEmpty ? nil : try Checkpoint(encoded: Data(shared), requiringChecksum: true)
    }

    /// Replaces arrays of floats by their means over the ranks, which all have the same names.
    /// - Throws: `FreshetError` of kind `external` when a rank is lost.
    package func average(_ arrays: [String: StoredArray]) throws -> [String: StoredArray] {
        let sum = SumOverRanks(self)
        var averaged = arrays
        for (name, array) in arrays.sorted(by: { $0.key < $1.key }) {
            guard var numbers = array.numbers(of: Float.self) else { continue }
            try sum(&numbers)
            averaged[name] = StoredArray(numbers.map { $0 / Float(ranks) }, shape: array.shape)
        }
        return averaged
    }

    /// Checks that the weights of all ranks are the same.
    /// - Throws: `FreshetError` of kind `external` when they are not, or a rank is lost.
    package func checkEqual(_ set: ParameterSet, at step: Int) throws {
        let own = set.parameters.reduce(UInt32(0)) { sum, parameter in
            Checksum.crc32(UnsafeRawBufferPointer(parameter.values), after: sum)
        }
        try checkEqual(own, at: step)
    }

    /// Checks that all ranks have come to the same weights.
    /// - Throws: `FreshetError` of kind `external` when they have not, or a rank is lost.
    func checkEqual(_ weights: [Float], at step: Int) throws {
        try checkEqual(weights.withUnsafeBytes { Checksum.crc32($0, after: 0) }, at: step)
    }

    private func checkEqual(_ own: UInt32, at step: Int) throws {
        let all = try gather(MessageBytes([own]).bytes)
        let others = all.indices.filter { all[$0] != all[0] }
        guard others.isEmpty else { throw RankError.differingWeights(others, at: step) }
    }
}
