import FreshetCore
import FreshetTensor

extension ParameterSet {
    /// The numbers by name, as ``Swift/Sequence/arrays(prefix:sharingMemory:)`` gives them.
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
        parameters.filter { !onlyTrained || $0.layout != .frozen }
            .arrays(prefix: prefix, sharingMemory: sharingMemory)
    }

    /// Takes over the numbers of a checkpoint.
    ///
    /// - Parameters:
    ///   - checkpoint: the checkpoint.
    ///   - prefix: what the names begin with.
    ///   - onlyTrained: whether frozen parameters are left as they are.
    /// - Throws: `FreshetError` of kind `invalidData` when one is missing or of another shape.
    public func restore(_ checkpoint: Checkpoint, prefix: String = "", onlyTrained: Bool = false) throws {
        try parameters.filter { !onlyTrained || $0.layout != .frozen }.restore(checkpoint, prefix: prefix)
    }
}

extension Sequence<Parameter> {
    /// The numbers by name, each under an optional prefix.
    ///
    /// - Parameters:
    ///   - prefix: what the names begin with.
    ///   - sharingMemory: whether the arrays lie where the numbers do, and are right until these change.
    /// - Returns: the arrays by name.
    public func arrays(prefix: String = "", sharingMemory: Bool = false) -> [String: StoredArray] {
        Dictionary(
            uniqueKeysWithValues: map { parameter in
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
    /// - Throws: `FreshetError` of kind `invalidData` when one is missing or of another shape.
    public func restore(_ checkpoint: Checkpoint, prefix: String = "") throws {
        for parameter in self {
            let name = prefix + parameter.name
            let numbers = try checkpoint.numbers(name, of: Float.self, shape: [parameter.rows, parameter.columns])
            guard numbers.allSatisfy(\.isFinite) else {
                throw FreshetError(.invalidData, "Array '\(name)' holds numbers that are not finite.")
            }
            _ = parameter.values.update(from: numbers)
        }
    }
}
