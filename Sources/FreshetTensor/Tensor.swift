/// A dense matrix of a forward pass: rows × columns, row-major.
///
/// The numbers live in the tape's ``BufferPool`` and are valid until the tape is reset.
public struct Tensor {
    /// Rows, such as the `N` events of a packed batch.
    public let rows: Int
    /// Columns, such as `C` channels.
    public let columns: Int
    /// The numbers.
    public let values: UnsafeMutablePointer<Float>
    /// The position on the tape, which finds the gradient.
    let node: Int

    /// How many numbers there are.
    public var count: Int { rows * columns }
    /// The numbers as an array, for tests and printing.
    public var array: [Float] { Array(UnsafeBufferPointer(start: values, count: count)) }
}
