import FreshetCore
import FreshetNN

extension Checkpoint {
    /// An array as `numbers(_:of:shape:)` gives it, with every number checked to be finite.
    /// - Throws: ``FreshetError`` of kind `invalidData`.
    public func finiteNumbers(_ name: String, shape: [Int?]) throws -> [Float] {
        let values = try numbers(name, of: Float.self, shape: shape)
        guard values.allSatisfy(\.isFinite) else {
            throw FreshetError(.invalidData, "Array '\(name)' holds a number that is not finite.")
        }
        return values
    }
}
