/// Records a forward pass and runs it backwards.
///
/// Operations are extensions of this class, one file each: they compute their result at once and, when the tape is
/// recording, append how to propagate its gradient. A tape that does not record is inference; the network's code is
/// the same. One worker, one tape: operations run on the calling thread.
public final class Tape {
    /// Whether gradients will be asked for of what is computed now.
    public private(set) var isRecording: Bool
    /// The scratch memory.
    public let pool: BufferPool
    /// Where gradients of parameters are collected; `nil` when not recording.
    public let gradients: Gradients?
    /// Decides dropout.
    ///
    /// Set before each pass, so that masks depend on the step and not on the worker.
    public var dropoutKey: UInt64 = 0

    private var activationGradients: [UnsafeMutablePointer<Float>?] = []
    /// Which matrices were made while nothing was recorded: a gradient of theirs leads nowhere.
    private var areConstant: [Bool] = []
    private var steps: [() -> Void] = []
    /// Runs the parts that are computed again on the way back; there once one was (``recomputed(_:part:)``).
    var inner: Tape?

    /// A tape that records for gradients.
    public init(recordingInto gradients: Gradients, pool: BufferPool = BufferPool()) {
        isRecording = true
        self.gradients = gradients
        self.pool = pool
    }

    /// A tape that only computes.
    public init(pool: BufferPool = BufferPool()) {
        isRecording = false
        gradients = nil
        self.pool = pool
    }

    /// A new matrix, holding anything.
    public func make(_ rows: Int, _ columns: Int) -> Tensor {
        activationGradients.append(nil)
        areConstant.append(!isRecording)
        let node = activationGradients.count - 1
        return Tensor(rows: rows, columns: columns, values: pool.take(rows * columns), node: node)
    }

    /// A new matrix with these numbers.
    public func make(_ rows: Int, _ columns: Int, _ numbers: [Float]) -> Tensor {
        precondition(numbers.count == rows * columns, "\(numbers.count) numbers for \(rows)×\(columns)")
        let tensor = make(rows, columns)
        numbers.withUnsafeBufferPointer { tensor.values.update(from: $0.baseAddress!, count: $0.count) }
        return tensor
    }

    /// Appends how to propagate a gradient.
    ///
    /// Operations call it; ``backward()`` runs the steps last to first.
    func record(_ step: @escaping () -> Void) {
        if isRecording { steps.append(step) }
    }

    /// Runs a part of a pass in which nothing is learned, as a tape that does not record would.
    ///
    /// - Parameter part: the part, whose result must be made in it.
    /// - Returns: the result, a constant to what comes after.
    public func withoutRecording(_ part: () -> Tensor) -> Tensor {
        let wasRecording = isRecording
        isRecording = false
        defer { isRecording = wasRecording }
        return part()
    }

    /// Whether a matrix depends on something that is learned, as far as is known: otherwise its gradient is not needed.
    func needsGradient(_ tensor: Tensor) -> Bool { !areConstant[tensor.node] }

    /// Where an operation adds the gradient of a parameter: memory that nobody reads for a frozen one.
    func gradient(of parameter: Parameter, in gradients: Gradients) -> UnsafeMutablePointer<Float> {
        guard parameter.layout == .frozen else { return gradients.dense(parameter) }
        let unread = pool.take(parameter.count)
        unread.update(repeating: 0, count: parameter.count)
        return unread
    }

    /// The gradient of a matrix, zero if nothing has been added yet.
    public func gradient(of tensor: Tensor) -> UnsafeMutablePointer<Float> {
        if let gradient = activationGradients[tensor.node] { return gradient }
        let gradient = pool.take(tensor.count)
        gradient.update(repeating: 0, count: tensor.count)
        activationGradients[tensor.node] = gradient
        return gradient
    }

    /// The gradient of a matrix for a product to write into: with factor 0 it holds nothing yet, with 1 it is added to.
    func accumulator(of tensor: Tensor) -> (pointer: UnsafeMutablePointer<Float>, beta: Float) {
        if let gradient = activationGradients[tensor.node] { return (gradient, 1) }
        let gradient = pool.take(tensor.count)
        activationGradients[tensor.node] = gradient
        return (gradient, 0)
    }

    /// The gradient of a matrix that something depends on, or `nil` when nothing does.
    func gradientIfReached(_ tensor: Tensor) -> UnsafeMutablePointer<Float>? { activationGradients[tensor.node] }

    /// Propagates gradients from the results whose gradients were set to the parameters.
    public func backward() {
        precondition(isRecording, "backward() on a tape that does not record")
        for step in steps.reversed() { step() }
    }

    /// Forgets the pass and gives its memory back.
    public func reset() {
        steps.removeAll(keepingCapacity: true)
        activationGradients.removeAll(keepingCapacity: true)
        areConstant.removeAll(keepingCapacity: true)
        pool.reset()
    }

    /// How much scratch memory there is, in bytes: that of the largest pass so far.
    public var scratchBytes: Int { pool.byteCount + (inner?.scratchBytes ?? 0) }

    /// A key for the next dropout of this pass.
    func nextDropoutKey() -> UInt32 {
        dropoutKey = dropoutKey &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt32(truncatingIfNeeded: dropoutKey >> 32)
    }
}
