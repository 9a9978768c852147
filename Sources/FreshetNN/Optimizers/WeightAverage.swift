import CFreshetKernels
import FreshetTensor

/// A running average of a network's weights (Polyak averaging with exponential decay): steadier than the weights
/// themselves, and what is served.
///
/// Of a stream, tables are averaged lazily: a row that no step touches moves towards its constant value by a known factor,
/// so it is caught up when it is touched or read, and the work of a step does not grow with the table. Of a training, all
/// weights are averaged in every step, and the memory is shorter at the start.
public final class WeightAverage {
    /// What is averaged over.
    public enum Memory: Sendable {
        /// Steps without an end, of which few touch a row.
        case stream
        /// Steps from a fresh start: of the first ones only as many count as there are.
        case training
    }

    private let set: ParameterSet
    private let decay: Float
    private let memory: Memory
    private let average: ParameterState
    private var steps = 0
    /// For each row-wise parameter, the step up to which each row's average is right.
    private var averaged: [[Int32]]
    /// How many rows of each parameter have an average.
    private var rows: [Int]

    /// Starts an average at a network's present weights.
    public init(of set: ParameterSet, decay: Float, over memory: Memory = .stream) {
        precondition((0..<1).contains(decay), "a decay of \(decay)")
        self.set = set
        self.decay = decay
        self.memory = memory
        average = ParameterState(for: set)
        rows = set.parameters.map(\.rows)
        let isLazy = { (parameter: Parameter) in parameter.layout == .rows && memory == .stream }
        averaged = set.parameters.map { isLazy($0) ? Array(repeating: 0, count: $0.rows) : [] }
        for parameter in set.parameters { average[parameter].update(from: parameter.pointer, count: parameter.count) }
    }

    /// Takes the old weights of the rows about to change into account.
    ///
    /// Call before the optimizer's step.
    public func willStep(_ gradients: Gradients) {
        for parameter in set.parameters where isLazy(parameter) {
            for row in gradients.rows(parameter).touched { catchUp(parameter, Int(row)) }
        }
    }

    /// Takes the new weights in.
    ///
    /// Call after the optimizer's step, with the same gradients.
    public func didStep(_ gradients: Gradients, pool: ThreadPool) {
        let decay = memory == .stream ? decay : min(decay, Float(1 + steps) / Float(10 + steps))
        steps += 1
        for parameter in set.parameters {
            if isLazy(parameter) {
                for row in gradients.rows(parameter).touched { catchUp(parameter, Int(row)) }
            } else {
                pool.forEachRange(parameter.count, grain: 1 << 15) { range, _ in
                    mix(parameter, at: range.lowerBound, range.count, keeping: decay)
                }
            }
        }
    }

    /// Copies the average into another network's parameters; tables are copied as far as both have rows.
    public func copy(into other: ParameterSet) {
        for (parameter, target) in zip(set.parameters, other.parameters) {
            catchUp(parameter, rows: 0..<min(target.rows, parameter.rows))
            target.pointer.update(from: average[parameter], count: min(target.count, parameter.count))
        }
    }

    /// Starts rows of a parameter anew at their present weights, as after they were given to something else.
    public func restart(_ parameter: Parameter, rows: Range<Int>) {
        let (offset, count) = (rows.lowerBound * parameter.columns, rows.count * parameter.columns)
        (average[parameter] + offset).update(from: parameter.pointer + offset, count: count)
        guard isLazy(parameter) else { return }
        for row in rows { averaged[parameter.index][row] = Int32(steps) }
    }

    /// Makes room for parameters that have more rows than before; these start at their present weights.
    public func adaptToGrowth() {
        average.adaptToGrowth(of: set)
        for parameter in set.parameters {
            let known = rows[parameter.index]
            guard known < parameter.rows else { continue }
            rows[parameter.index] = parameter.rows
            if isLazy(parameter) {
                averaged[parameter.index].append(contentsOf: repeatElement(0, count: parameter.rows - known))
            }
            restart(parameter, rows: known..<parameter.rows)
        }
    }

    /// The average by name under a prefix.
    public func arrays(prefix: String) -> [String: StoredArray] {
        for parameter in set.parameters { catchUp(parameter, rows: 0..<parameter.rows) }
        return Dictionary(uniqueKeysWithValues: average.arrays(set, prefix: prefix))
    }

    /// Takes over an average that ``arrays(prefix:)`` wrote.
    ///
    /// - Parameters:
    ///   - checkpoint: the checkpoint.
    ///   - prefix: the prefix of its names.
    ///   - steps: how many steps a training had made; the steps of a stream need not be known.
    /// - Throws: ``FreshetError`` of kind `invalidData` when arrays are missing or do not fit.
    public func restore(_ checkpoint: Checkpoint, prefix: String, steps: Int = 0) throws {
        self.steps = max(steps, self.steps)
        try average.restore(set, prefix: prefix, from: checkpoint)
        for parameter in set.parameters {
            averaged[parameter.index] = averaged[parameter.index].map { _ in Int32(self.steps) }
        }
    }

    private func isLazy(_ parameter: Parameter) -> Bool { parameter.layout == .rows && memory == .stream }

    private func catchUp(_ parameter: Parameter, rows: Range<Int>) {
        guard isLazy(parameter) else { return }
        for row in rows { catchUp(parameter, row) }
    }

    /// Makes a row's average right for the present step, its weights having been constant since it last was.
    private func catchUp(_ parameter: Parameter, _ row: Int) {
        let missed = steps - Int(averaged[parameter.index][row])
        guard missed > 0 else { return }
        averaged[parameter.index][row] = Int32(steps)
        mix(parameter, at: row * parameter.columns, parameter.columns, keeping: power(missed))
    }

    /// `decay^missed`, which is nothing after long.
    private func power(_ missed: Int) -> Float {
        var (result, factor, rest) = (Float(1), decay, missed)
        while rest > 0 {
            if rest & 1 == 1 { result *= factor }
            factor *= factor
            rest >>= 1
        }
        return result
    }

    private func mix(_ parameter: Parameter, at offset: Int, _ count: Int, keeping share: Float) {
        let target = average[parameter] + offset
        freshet_scale(target, share, count)
        freshet_axpy(target, parameter.pointer + offset, 1 - share, count)
    }
}
