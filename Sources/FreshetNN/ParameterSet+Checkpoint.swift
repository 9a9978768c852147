import FreshetCore
import FreshetTensor

extension ParameterSet {
    /// The numbers by name, each under an optional prefix.
    public func arrays(prefix: String = "") -> [String: StoredArray] {
        Dictionary(
            uniqueKeysWithValues: parameters.map {
                (prefix + $0.name, StoredArray(Array($0.values), shape: [$0.rows, $0.columns]))
            }
        )
    }

    /// Takes over the numbers of a checkpoint.
    /// - Throws: `FreshetError` of kind `invalidData` when one is missing or of another shape.
    public func restore(_ checkpoint: Checkpoint, prefix: String = "") throws {
        for parameter in parameters {
            let name = prefix + parameter.name
            let numbers = try checkpoint.numbers(name, of: Float.self, shape: [parameter.rows, parameter.columns])
            guard numbers.allSatisfy(\.isFinite) else {
                throw FreshetError(.invalidData, "Array '\(name)' holds numbers that are not finite.")
            }
            _ = parameter.values.update(from: numbers)
        }
    }
}
