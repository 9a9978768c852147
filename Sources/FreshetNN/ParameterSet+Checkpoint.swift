import FreshetCore
import FreshetTensor

extension ParameterSet {
    /// The numbers by name, each under an optional prefix.
    ///
    /// - Parameters:
    ///   - prefix: what the names begin with.
    ///   - sharingMemory: whether the arrays lie where the numbers do, and are right until these change.
    ///   - onlyTrained: whether frozen parameters are left out.
    /// - Returns: the arrays by name.
    public func arrays(
        prefix: String = "",
        sharingMemory: Bool = false,
        onlyTrained: Bool = false
    ) -> [String: StoredArray] {
        Dictionary(
            uniqueKeysWithValues: parameters.filter { !onlyTrained || $0.layout != .frozen }.map { parameter in
                let shape = [parameter.rows, parameter.columns]
                return (
                    prefix + parameter.name,
                    StoredArray(parameter.memory, shape: shape, sharingMemory: sharingMemory)
                )
            }
        )
    }

    /// Takes over the numbers of a checkpoint.
    ///
    /// - Parameters:
    ///   - checkpoint: the checkpoint.
    ///   - prefix: what the names begin with.
    ///   - onlyTrained: whether frozen parameters are left as they are.
    /// - Throws: `FreshetError` of kind `invalidData` when one is missing or of another shape.
    public func restore(_ checkpoint: Checkpoint, prefix: String = "", onlyTrained: Bool = false) throws {
        for parameter in parameters where !onlyTrained || parameter.layout != .frozen {
            let name = prefix + parameter.name
            let numbers = try checkpoint.numbers(name, of: Float.self, shape: [parameter.rows, parameter.columns])
            guard numbers.allSatisfy(\.isFinite) else {
                throw FreshetError(.invalidData, "Array '\(name)' holds numbers that are not finite.")
            }
            _ = parameter.values.update(from: numbers)
        }
    }
}
