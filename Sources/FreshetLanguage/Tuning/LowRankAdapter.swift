import FreshetNN
import FreshetTensor

/// What a matrix learns beside what it is: `W + alpha / rank · A · B` in a range of its columns (LoRA: Hu and others, ICLR
/// 2022).
///
/// B is zero at first, so a model with fresh adapters is the model without.
struct LowRankAdapter: MatrixAdapter {
    /// A, `[I, rank]`.
    let down: Parameter
    /// B, `[rank, O]`.
    let up: Parameter
    /// `alpha / rank`.
    let factor: Float
    /// The first column of the matrix that it is for.
    let firstColumn: Int

    init(
        _ name: String,
        inputs: Int,
        columns: Range<Int>,
        _ settings: LowRankSettings,
        in builder: inout NetworkBuilder
    ) {
        let rank = settings.rank
        let deviation = 1 / (3 * Float(inputs)).squareRoot()
        down = builder.make("\(name).down", rows: inputs, columns: rank, .normal(deviation))
        up = builder.make("\(name).up", rows: rank, columns: columns.count, .constant(0))
        factor = settings.alpha / Float(rank)
        firstColumn = columns.lowerBound
    }

    var parameters: [Parameter] { [down, up] }

    func add(_ x: Tensor, to y: Tensor, on tape: Tape) {
        tape.addLowRank(x, down, up, factor: factor, to: y, first: firstColumn)
    }

    func fold(into weight: Parameter) {
        multiply(
            down.matrix,
            up.matrix,
            into: MutableMatrixView(
                weight.pointer + firstColumn,
                weight.rows,
                up.columns,
                stride: weight.columns
            ),
            alpha: factor,
            beta: 1
        )
    }
}
