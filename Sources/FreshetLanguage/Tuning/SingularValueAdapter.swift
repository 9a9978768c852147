import FreshetNN
import FreshetTensor

/// What a matrix learns beside what it is, in the form of a singular value decomposition: `W + alpha / rank · P · Λ · Q` in a range
/// of its columns (AdaLoRA: Zhang and others, "Adaptive budget allocation for parameter-efficient fine-tuning", ICLR 2023).
///
/// Λ is zero at first, so a model with fresh adapters is the model without. A rank that is not worth it has its number of Λ set to
/// zero (``RankAllocation``); P's columns and Q's rows are kept near orthogonal, so that the numbers say what ranks are worth.
struct SingularValueAdapter: MatrixAdapter {
    /// What it is called.
    let name: String
    /// P, `[I, rank]`.
    let left: Parameter
    /// The diagonal of Λ, `[1, rank]`.
    let values: Parameter
    /// Q, `[rank, O]`.
    let right: Parameter
    /// `alpha / rank`, of the rank at the beginning.
    let factor: Float
    /// The first column of the matrix that it is for.
    let firstColumn: Int

    init(
        _ name: String,
        inputs: Int,
        columns: Range<Int>,
        _ settings: AdaptiveRankSettings,
        in builder: inout NetworkBuilder
    ) {
        let (rank, outputs) = (settings.initialRank, columns.count)
        self.name = name
        // Columns of P and rows of Q begin with about length 1, as they are to be.
        left = builder.make("\(name).left", rows: inputs, columns: rank, .normal(1 / Float(inputs).squareRoot()))
        values = builder.make("\(name).values", columns: rank, .constant(0))
        right = builder.make("\(name).right", rows: rank, columns: outputs, .normal(1 / Float(outputs).squareRoot()))
        factor = settings.alpha / Float(rank)
        firstColumn = columns.lowerBound
    }

    var parameters: [Parameter] { [left, values, right] }

    /// How many ranks are in use.
    var rank: Int { values.values.count { $0 != 0 } }

    func add(_ x: Tensor, to y: Tensor, on tape: Tape) {
        tape.addSingularValues(x, left, values, right, factor: factor, to: y, first: firstColumn)
    }

    func fold(into weight: Parameter) {
        let (inputs, rank) = (left.rows, left.columns)
        let scaled = GrowingBuffer<Float>(count: left.count)
        for row in 0..<inputs {
            for place in 0..<rank {
                scaled.start[row * rank + place] = left.pointer[row * rank + place] * values.pointer[place]
            }
        }
        multiply(
            MatrixView(scaled.start, inputs, rank),
            right.matrix,
            into: MutableMatrixView(weight.pointer + firstColumn, inputs, right.columns, stride: weight.columns),
            alpha: factor,
            beta: 1
        )
    }
}
