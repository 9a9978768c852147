import Foundation
import FreshetCore
import FreshetNN
import FreshetTensor

/// What was learned of an encoder beside its weights, as low-rank adapters.
///
/// A small file; folded into a copy of the base exactly.
public struct EncoderAdapters: Sendable, Equatable {
    /// Their shape, and which matrices have one.
    public let settings: LowRankSettings
    /// The fingerprint of the weights that they were learned beside.
    public let base: String
    /// A and B of each, in the order of the network.
    let numbers: [[Float]]

    /// Takes the adapters of an encoder in training; `nil` where it does not learn by adapters.
    init?(of tuned: TunedEncoder) {
        guard case .lowRank(let settings) = tuned.method else { return nil }
        self.settings = settings
        base = tuned.base.model.fingerprint
        numbers = tuned.adapterParameters.map { Array($0.values) }
    }

    /// A name that only equal adapters share.
    public var name: String {
        let sum = numbers.reduce(UInt32(0)) { sum, numbers in
            numbers.withUnsafeBytes { Checksum.crc32($0, after: sum) }
        }
        return Checksum.text(sum)
    }

    /// The base with what was learned in its matrices, as fast as before; called `base+name`.
    /// - Throws: `FreshetError` of kind `invalidData` when they were learned beside other weights.
    public func encoder(from base: TextEncoder) throws -> TextEncoder {
        var builder = NetworkBuilder(seed: nil)
        let tuned = try TunedEncoder(base, .lowRank(settings), in: &builder)
        try copy(into: tuned)
        return tuned.folded(name: "\(base.name)+\(name)")
    }

    /// Gives an encoder in training these adapters.
    /// - Throws: `FreshetError` of kind `invalidData` when they were learned beside other weights.
    func copy(into tuned: TunedEncoder) throws {
        let parameters = tuned.adapterParameters
        guard tuned.base.model.fingerprint == base, parameters.map(\.count) == numbers.map(\.count) else {
            throw FreshetError(
                .invalidData,
                "The adapters were learned beside other weights than those of '\(tuned.base.name)'."
            )
        }
        for (parameter, numbers) in zip(parameters, numbers) {
            for (place, number) in numbers.enumerated() { parameter.values[place] = number }
        }
    }
}

extension TunedEncoder {
    /// A and B of each adapter, in the order of the network.
    var adapterParameters: [Parameter] {
        encoder.model.network.layers.flatMap { layer in
            layer.projections.flatMap { $0.adapters.flatMap(\.parameters) }
        }
    }
}

extension EncoderAdapters {
    private static let (shape, weights) = ("adapters.settings", "adapters.base")

    /// The adapters as named arrays.
    public func checkpoint() -> Checkpoint {
        var checkpoint = Checkpoint()
        for (place, numbers) in numbers.enumerated() { checkpoint.arrays["adapters.\(place)"] = StoredArray(numbers) }
        checkpoint.metadata[Self.weights] = base
        // Plain numbers and names: there is nothing that cannot be encoded.
        checkpoint.metadata[Self.shape] = (try? JSONEncoder().encode(settings)).map {
            String(decoding: $0, as: UTF8.self)
        }
        return checkpoint
    }

    /// The adapters that ``checkpoint()`` described.
    /// - Throws: `FreshetError` of kind `invalidData` when a tensor is missing or holds a value that is not finite.
    public init(from checkpoint: Checkpoint) throws {
        guard let base = checkpoint.metadata[Self.weights], let text = checkpoint.metadata[Self.shape],
            let settings = try? JSONDecoder().decode(LowRankSettings.self, from: Data(text.utf8))
        else { throw FreshetError(.invalidData, "The checkpoint does not hold the adapters of an encoder.") }
        (self.base, self.settings) = (base, settings)
        let count = checkpoint.arrays.keys.count { $0.hasPrefix("adapters.") }
        numbers = try (0..<count).map { place in
            let numbers = try checkpoint.numbers("adapters.\(place)", of: Float.self)
            guard numbers.allSatisfy(\.isFinite) else {
                throw FreshetError(.invalidData, "The checkpoint's adapters hold values that are not finite.")
            }
            return numbers
        }
    }
}
