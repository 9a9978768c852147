import FreshetTensor

/// What learns beside a matrix instead of it, and is added into it when the training is over.
///
/// A role with two actors, both in the language library: `LowRankAdapter` (LoRA) and `SingularValueAdapter` (AdaLoRA).
public protocol MatrixAdapter: Sendable {
    /// What learns.
    var parameters: [Parameter] { get }

    /// Adds what it makes of `x` to what the matrix made of it.
    func add(_ x: Tensor, to y: Tensor, on tape: Tape)

    /// Adds it to the matrix, which then does what both did.
    func fold(into weight: Parameter)
}
