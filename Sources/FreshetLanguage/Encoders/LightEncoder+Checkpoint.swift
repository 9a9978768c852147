import FreshetCore
import FreshetNN

extension LightEncoder {
    /// What it has learned, as named arrays.
    public func checkpoint() -> Checkpoint {
        let features = columns.sorted { $0.value < $1.value }.map { Int64(bitPattern: $0.key) }
        return Checkpoint(
            arrays: [
                "features": StoredArray(features),
                "weights": StoredArray(weights),
                "axes": StoredArray(axes, shape: [axes.count / width, width]),
            ],
            metadata: ["name": name]
        )
    }

    /// The encoder of a checkpoint.
    /// - Throws: `FreshetError` of kind `invalidData` when the arrays are missing or do not fit each other.
    public init(from checkpoint: Checkpoint) throws {
        let features = try checkpoint.numbers("features", of: Int64.self)
        let weights = try checkpoint.numbers("weights", of: Float.self, shape: [features.count])
        let axes = try checkpoint.numbers("axes", of: Float.self, shape: [max(features.count, 1), nil])
        guard let name = checkpoint.metadata["name"], Set(features).count == features.count, !axes.isEmpty,
            weights.allSatisfy(\.isFinite), axes.allSatisfy(\.isFinite)
        else { throw FreshetError(.invalidData, "The checkpoint does not hold a light encoder.") }
        self.init(
            name: name,
            width: axes.count / max(features.count, 1),
            columns: Dictionary(uniqueKeysWithValues: zip(features.map { UInt64(bitPattern: $0) }, 0...)),
            weights: weights,
            axes: axes
        )
    }
}
