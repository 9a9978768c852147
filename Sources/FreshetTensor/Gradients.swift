import CFreshetKernels

/// The gradients that one worker collects for a ``ParameterSet`` during a step.
///
/// Dense ones are a buffer as large as the parameter. Row-wise ones are a list of touched rows with a slot each, so a
/// step on a table of a million rows costs what it touches.
public final class Gradients {
    private let parameters: [Parameter]
    private let dense: [GrowingBuffer<Float>?]
    private let tables: [RowGradients?]

    /// Creates zero gradients.
    public init(for set: ParameterSet) {
        parameters = set.parameters
        // A frozen parameter has neither.
        dense = parameters.map { $0.layout == .dense ? GrowingBuffer(count: $0.count) : nil }
        tables = parameters.map { $0.layout == .rows ? RowGradients(rows: $0.rows, columns: $0.columns) : nil }
    }

    /// Makes room for parameters that have more rows than before; their gradients are zero.
    public func adaptToGrowth() {
        for parameter in parameters {
            dense[parameter.index]?.grow(to: parameter.count)
            tables[parameter.index]?.grow(toRows: parameter.rows)
        }
    }

    /// The gradient of a dense parameter, shape of the parameter.
    @inlinable public func dense(_ parameter: Parameter) -> UnsafeMutablePointer<Float> { denseBuffer(parameter.index) }

    /// The touched rows of a row-wise parameter.
    public func rows(_ parameter: Parameter) -> RowGradients { tables[parameter.index]! }

    @usableFromInline func denseBuffer(_ index: Int) -> UnsafeMutablePointer<Float> { dense[index]!.start }

    /// Adds `gradient[r]` to row `indices[r]` of a parameter, whatever its layout.
    public func add(
        _ gradient: UnsafePointer<Float>,
        toRows indices: UnsafeBufferPointer<Int32>,
        of parameter: Parameter
    ) {
        guard parameter.layout != .frozen else { return }
        guard let table = tables[parameter.index] else {
            freshet_scatter_add(dense(parameter), gradient, indices.baseAddress!, indices.count, parameter.columns)
            return
        }
        for (r, row) in indices.enumerated() {
            freshet_axpy(table.row(row), gradient + r * parameter.columns, 1, parameter.columns)
        }
    }

    /// Adds the gradients of other workers to the first one's, in their order.
    public static func merge(_ workers: [Gradients], pool: ThreadPool) {
        let (first, others) = (workers[0], workers.dropFirst())
        guard !others.isEmpty else { return }
        for parameter in first.parameters {
            switch parameter.layout {
            case .dense:
                let sum = first.dense(parameter)
                pool.forEachRange(parameter.count, grain: 1 << 14) { range, _ in
                    for other in others {
                        freshet_axpy(
                            sum + range.lowerBound,
                            other.dense(parameter) + range.lowerBound,
                            1,
                            range.count
                        )
                    }
                }
            case .rows:
                let sum = first.rows(parameter)
                for other in others.map({ $0.rows(parameter) }) {
                    for (slot, row) in other.touched.enumerated() {
                        freshet_axpy(sum.row(row), other.gradient(atSlot: slot), 1, parameter.columns)
                    }
                }
            case .frozen: break
            }
        }
    }

    /// The square of the norm of all gradients together.
    public func squaredNorm() -> Double {
        parameters.reduce(0) { sum, parameter in
            switch parameter.layout {
            case .dense: sum + freshet_sum_of_squares(dense(parameter), parameter.count)
            case .rows: sum + rows(parameter).squaredNorm()
            case .frozen: sum
            }
        }
    }

    /// What all gradients are multiplied with so that their norm is no more than a bound (Pascanu and others, 2013); 1
    /// without a bound.
    public func clippingScale(to bound: Float) -> Float {
        guard bound > 0 else { return 1 }
        let norm = Float(squaredNorm().squareRoot())
        return norm > bound ? bound / norm : 1
    }

    /// Makes every gradient zero again.
    public func reset() {
        for buffer in dense { buffer?.numbers.update(repeating: 0) }
        for table in tables { table?.reset() }
    }
}

/// The gradient rows of a table that a step touched, in the order of the first touch.
public final class RowGradients {
    /// The touched rows.
    public private(set) var touched: [Int32] = []
    /// One more than the place of each row's gradient; 0 for a row without one.
    private let slots: GrowingBuffer<Int32>
    private var buffer: UnsafeMutableBufferPointer<Float>
    private let columns: Int

    init(rows: Int, columns: Int) {
        slots = GrowingBuffer(count: rows)
        self.columns = columns
        buffer = .allocate(capacity: 1024 * columns)
    }

    deinit { buffer.deallocate() }

    /// The gradient of one row, zero at its first touch; valid until the next new row is touched.
    public func row(_ row: Int32) -> UnsafeMutablePointer<Float> {
        var slot = Int(slots.start[Int(row)]) - 1
        if slot < 0 {
            slot = touched.count
            slots.start[Int(row)] = Int32(slot + 1)
            touched.append(row)
            if (slot + 1) * columns > buffer.count { grow() }
            (buffer.baseAddress! + slot * columns).initialize(repeating: 0, count: columns)
        }
        return buffer.baseAddress! + slot * columns
    }

    /// The gradient of the `slot`-th touched row.
    public func gradient(atSlot slot: Int) -> UnsafeMutablePointer<Float> { buffer.baseAddress! + slot * columns }

    /// The square of the norm of the touched rows together.
    public func squaredNorm() -> Double { freshet_sum_of_squares(buffer.baseAddress!, touched.count * columns) }

    func grow(toRows rows: Int) { slots.grow(to: rows) }

    /// Forgets all rows.
    public func reset() {
        for row in touched { slots.start[Int(row)] = 0 }
        touched.removeAll(keepingCapacity: true)
    }

    private func grow() {
        let larger = UnsafeMutableBufferPointer<Float>.allocate(capacity: 2 * buffer.count)
        larger.baseAddress!.initialize(from: buffer.baseAddress!, count: buffer.count)
        buffer.deallocate()
        buffer = larger
    }
}
