import FreshetTensor

/// Changes parameters along their gradients, one step at a time.
public protocol Optimizer: AnyObject {
    /// Makes one step.
    ///
    /// - Parameters:
    ///   - gradients: the merged gradients of the step.
    ///   - rate: the learning rate of the step.
    ///   - gradientScale: the factor that clipping asks for, 1 without.
    ///   - pool: the threads.
    func step(_ gradients: Gradients, rate: Float, gradientScale: Float, pool: ThreadPool)

    /// The state by name, from which an exact resumption starts.
    func state() -> [String: StoredArray]

    /// Takes over a state.
    /// - Throws: `FreshetError` of kind `invalidData` when it does not fit the parameters.
    func restore(_ checkpoint: Checkpoint) throws
}

/// Numbers kept beside every number of a ``ParameterSet``, such as a moment.
final class ParameterState: Sendable {
    private let buffers: [GrowingBuffer<Float>]

    /// Zeros.
    init(for set: ParameterSet) {
        buffers = set.parameters.map { GrowingBuffer(count: $0.count) }
    }

    subscript(parameter: Parameter) -> UnsafeMutablePointer<Float> { buffers[parameter.index].start }

    /// Appends zeros for parameters that have more rows than before.
    func adaptToGrowth(of set: ParameterSet) {
        for parameter in set.parameters { buffers[parameter.index].grow(to: parameter.count) }
    }

    /// Copies from the state of a set whose tables may have more or fewer rows: those that both have.
    func assignLeadingRows(from other: ParameterState) {
        for (mine, theirs) in zip(buffers, other.buffers) {
            mine.start.update(from: theirs.start, count: min(mine.count, theirs.count))
        }
    }

    func arrays(_ set: ParameterSet, prefix: String) -> [(String, StoredArray)] {
        set.parameters.map { ("\(prefix).\($0.name)", StoredArray(buffers[$0.index], sharingMemory: false)) }
    }

    func restore(_ set: ParameterSet, prefix: String, from checkpoint: Checkpoint) throws {
        for parameter in set.parameters {
            let buffer = buffers[parameter.index]
            let numbers = try checkpoint.numbers("\(prefix).\(parameter.name)", of: Float.self, shape: [buffer.count])
            _ = buffer.numbers.update(from: numbers)
        }
    }
}
