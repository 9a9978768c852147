/// A matrix of numbers that training changes: rows × columns, row-major.
///
/// `@unchecked Sendable`: the numbers are written by an optimizer between steps, on the thread that owns the training
/// run, and by nobody once a scorer holds the parameter, which is a copy (``ParameterSet/assign(from:)``).
public final class Parameter: @unchecked Sendable {
    /// How a parameter's gradient is kept.
    public enum GradientLayout: Sendable {
        /// One number for each of the parameter's.
        case dense
        /// Only the rows that a step touched: tables of which a step sees a small part.
        case rows
        /// Not at all: training leaves the parameter as it is.
        case frozen
    }

    /// The name in checkpoints, such as `blocks.0.attention.query.weight`.
    public let name: String
    /// The position in its ``ParameterSet``.
    public let index: Int
    /// Rows; 1 for a vector.
    public private(set) var rows: Int
    /// Columns.
    public let columns: Int
    /// How its gradient is kept.
    public let layout: GradientLayout
    /// Whether weight decay applies: to matrices, not to biases and gains.
    public let decays: Bool
    /// The numbers, valid until ``grow(toRows:)``.
    public private(set) var values: UnsafeMutableBufferPointer<Float>
    /// Where the numbers lie.
    public let memory: GrowingBuffer<Float>

    /// How many numbers there are.
    public var count: Int { rows * columns }
    /// The first number.
    @inlinable public var pointer: UnsafeMutablePointer<Float> { values.baseAddress! }

    init(name: String, index: Int, rows: Int, columns: Int, layout: GradientLayout, decays: Bool) {
        precondition(rows > 0 && columns > 0, "parameter \(name) of shape \(rows)×\(columns)")
        self.name = name
        self.index = index
        self.rows = rows
        self.columns = columns
        self.layout = layout
        self.decays = decays
        memory = GrowingBuffer(count: rows * columns)
        values = memory.numbers
    }

    /// Appends rows of zeros.
    ///
    /// Gradients and optimizers of the parameter have to be told (`adaptToGrowth()`), and nobody else may hold
    /// ``values``.
    public func grow(toRows rows: Int) {
        precondition(rows >= self.rows, "\(name) of \(self.rows) rows cannot have \(rows)")
        memory.grow(to: rows * columns)
        (self.rows, values) = (rows, memory.numbers)
    }
}

/// How a new parameter's numbers are drawn.
public enum Initializer: Sendable {
    /// All the same.
    case constant(Float)
    /// Normal with this standard deviation.
    case normal(Float)
    /// Normal with standard deviation `sqrt(2 / (rows + columns))` (Glorot and Bengio, 2010).
    case glorot
}

/// The parameters of one model in the order of their creation.
///
/// `@unchecked Sendable`: the list is only appended to while a network is built, before it is shared; see ``Parameter``
/// for the numbers.
public final class ParameterSet: @unchecked Sendable {
    /// The parameters.
    public private(set) var parameters: [Parameter] = []

    /// Whether every number is finite.
    package var areFinite: Bool { parameters.allSatisfy { $0.values.allSatisfy(\.isFinite) } }

    /// Creates an empty set.
    public init() {}

    /// Adds a parameter.
    public func make(
        _ name: String,
        rows: Int = 1,
        columns: Int,
        _ initializer: Initializer,
        layout: Parameter.GradientLayout = .dense,
        using random: inout RandomSource
    ) -> Parameter {
        let parameter = Parameter(
            name: name,
            index: parameters.count,
            rows: rows,
            columns: columns,
            layout: layout,
            decays: rows > 1
        )
        parameters.append(parameter)
        switch initializer {
        case .constant(0):
            // As it is; and what is never written takes no memory.
            break
        case .constant(let value):
            parameter.values.update(repeating: value)
        case .normal(let deviation):
            for i in parameter.values.indices { parameter.values[i] = deviation * random.normal() }
        case .glorot:
            let deviation = (2 / Float(rows + columns)).squareRoot()
            for i in parameter.values.indices { parameter.values[i] = deviation * random.normal() }
        }
        return parameter
    }

    /// How many numbers there are in all.
    public var count: Int { parameters.reduce(0) { $0 + $1.count } }

    /// Copies every number from a set of the same shapes.
    public func assign(from other: ParameterSet) {
        precondition(parameters.count == other.parameters.count, "sets of different networks")
        for (mine, theirs) in zip(parameters, other.parameters) {
            precondition(mine.count == theirs.count, "parameter \(mine.name) differs in shape")
            mine.pointer.update(from: theirs.pointer, count: mine.count)
        }
    }
}
